"""The invented centre: an establishment, five directorates, fourteen programmes, four local areas, sixty teams."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

ROOT = "vallee"
#: The programme whose trajectory the three boards follow.
YOUTHS = "jed"
#: The team that opened, and the one that moved.
NEW_INTAKE = "jed-centre-intake"
MOVED = "smj-addictions"

AREAS = {
    "north": ("North", "Nord"),
    "south": ("South", "Sud"),
    "centre": ("Centre", "Centre"),
    "east": ("East", "Est"),
}

DIRECTORATES = {
    "dj": ("Youth directorate", "Direction du programme jeunesse"),
    "dpj": ("Youth protection", "Direction de la protection de la jeunesse"),
    "dsmd": ("Mental health and addictions", "Direction santé mentale et dépendance"),
    "ditsadp": ("Intellectual disability, autism and physical disability", "Direction DI-TSA-DP"),
    "dspu": ("Public health", "Direction de santé publique"),
}

#: code: directorate, English, French
PROGRAMMES = {
    YOUTHS: ("dj", "Youths in difficulty", "Jeunes en difficulté"),
    "pef": ("dj", "Early childhood and families", "Petite enfance et famille"),
    "sco": ("dj", "Health in schools", "Santé en milieu scolaire"),
    "rts": ("dpj", "Reports, assessment and orientation", "Signalements, évaluation et orientation"),
    "am": ("dpj", "Application of measures", "Application des mesures"),
    "heb": ("dpj", "Rehabilitation and residential care", "Réadaptation et hébergement jeunesse"),
    "smj": ("dsmd", "Youth mental health", "Santé mentale jeunesse"),
    "sma": ("dsmd", "Adult mental health", "Santé mentale adulte"),
    "dep": ("dsmd", "Addictions", "Dépendance"),
    "di-j": ("ditsadp", "Disability and autism, 0 to 21", "DI-TSA, 0 à 21 ans"),
    "di-a": ("ditsadp", "Disability and autism, adults", "DI-TSA, adultes"),
    "dp": ("ditsadp", "Physical disability", "Déficience physique"),
    "prev": ("dspu", "Prevention and promotion", "Prévention et promotion de la santé"),
    "prot": ("dspu", "Immunisation and protection", "Vaccination et protection"),
}

#: Programmes with one team in each local area: what the team is called before the area's name.
BY_AREA = {
    "pef": ("Families", "Famille"),
    "sco": ("Schools", "Écoles"),
    "am": ("Measures", "Mesures"),
    "smj": ("Youth mental health", "Santé mentale jeunesse"),
    "di-j": ("Early intervention", "Intervention précoce"),
}

#: code: programme, English, French
OTHER_TEAMS = {
    "rts-reports": ("rts", "Report line", "Réception des signalements"),
    "rts-a": ("rts", "Assessment A", "Évaluation A"),
    "rts-b": ("rts", "Assessment B", "Évaluation B"),
    "heb-river": ("heb", "River House", "Foyer de la Rivière"),
    "heb-maples": ("heb", "Maples unit", "Unité des Érables"),
    "heb-hills": ("heb", "Hillside unit", "Unité des Collines"),
    "heb-day": ("heb", "Day rehabilitation", "Réadaptation de jour"),
    "heb-foster": ("heb", "Foster families", "Ressources de type familial"),
    "sma-desk": ("sma", "Adult access desk", "Guichet d’accès adulte"),
    "sma-north": ("sma", "First line North and East", "Première ligne Nord et Est"),
    "sma-centre": ("sma", "First line Centre and South", "Première ligne Centre et Sud"),
    "sma-si": ("sma", "Intensive support in the community", "Suivi intensif dans le milieu"),
    "sma-day": ("sma", "Day hospital", "Hôpital de jour"),
    "dep-out": ("dep", "Addictions outpatient", "Dépendance, services externes"),
    "dep-res": ("dep", "Addictions residential", "Dépendance, hébergement"),
    MOVED: ("dep", "Youth addictions", "Dépendance jeunesse"),
    "dia-home": ("di-a", "Support at home", "Soutien à domicile DI-TSA"),
    "dia-work": ("di-a", "Work and day activities", "Activités de jour et travail"),
    "dia-res": ("di-a", "Residential resources", "Ressources résidentielles"),
    "dp-motor": ("dp", "Motor rehabilitation", "Déficience motrice"),
    "dp-lang": ("dp", "Language and hearing", "Langage et audition"),
    "dp-vision": ("dp", "Low vision", "Déficience visuelle"),
    "prev-early": ("prev", "Healthy beginnings", "Saines habitudes et début de vie"),
    "prev-dental": ("prev", "Dental health", "Santé dentaire publique"),
    "prev-env": ("prev", "Environment and communities", "Environnements et communautés"),
    "prot-vax": ("prot", "Immunisation clinics", "Cliniques de vaccination"),
    "prot-id": ("prot", "Infectious diseases", "Maladies infectieuses"),
    "prot-school": ("prot", "Immunisation in schools", "Vaccination scolaire"),
}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of `import_units`: a unit under a parent from a first to a last day, both included."""

    code: str
    name_en: str
    name_fr: str
    kind: str
    parent: str
    valid_from: dt.date
    valid_to: dt.date | None = None


def fiscal_year_start(day: dt.date) -> dt.date:
    """Return the 1 April on or before a day."""
    return dt.date(day.year if day.month > 3 else day.year - 1, 4, 1)


def intake_opens_on(today: dt.date) -> dt.date:
    """Return the Monday, some fifteen months ago, on which the Centre's intake team opened."""
    day = today - dt.timedelta(days=455)
    return day - dt.timedelta(days=day.weekday())


def youth_teams() -> dict[str, tuple[str, str, str]]:
    """Return the twelve teams of the programme: code → area, English, French. The Centre's third is its intake."""
    teams = {}
    for area, (english, french) in AREAS.items():
        numbers = (1, 2) if area == "centre" else (1, 2, 3)
        for number in numbers:
            teams[f"jed-{area}-{number}"] = (area, f"{english} team {number}", f"Équipe {french} {number}")
    teams[NEW_INTAKE] = ("centre", "Centre intake", "Accueil Centre")
    return teams


def unit_rows(today: dt.date) -> list[UnitRow]:
    """Return the dated tree, parents before children; the team that moved stands twice."""
    began = fiscal_year_start(dt.date(today.year - 6, today.month, 1))
    moved_on = fiscal_year_start(today)
    rows = [UnitRow(ROOT, "CISSS de la Vallée", "CISSS de la Vallée", "organisation", "", began)]
    rows += [UnitRow(code, en, fr, "directorate", ROOT, began) for code, (en, fr) in DIRECTORATES.items()]
    rows += [UnitRow(code, en, fr, "programme", parent, began) for code, (parent, en, fr) in PROGRAMMES.items()]
    for area, (english, french) in AREAS.items():
        names = (f"Youths in difficulty, {english}", f"Jeunes en difficulté, {french}")
        rows.append(UnitRow(f"jed-{area}", *names, "service", YOUTHS, began))
    for code, (area, en, fr) in youth_teams().items():
        opens = intake_opens_on(today) if code == NEW_INTAKE else began
        rows.append(UnitRow(code, en, fr, "team", f"jed-{area}", opens))
    for programme, (english, french) in BY_AREA.items():
        for area, (area_en, area_fr) in AREAS.items():
            names = (f"{english} {area_en}", f"{french} {area_fr}")
            rows.append(UnitRow(f"{programme}-{area}", *names, "team", programme, began))
    for code, (parent, en, fr) in OTHER_TEAMS.items():
        last = moved_on - dt.timedelta(days=1) if code == MOVED else None
        rows.append(UnitRow(code, en, fr, "team", parent, began, last))
    _, en, fr = OTHER_TEAMS[MOVED]
    rows.append(UnitRow(MOVED, en, fr, "team", "smj", moved_on))
    return rows


def teams(today: dt.date) -> dict[str, tuple[str, dt.date]]:
    """Return each team that exists today: code → the programme it stands in, its first day."""
    programme = {f"jed-{area}": YOUTHS for area in AREAS}
    opened: dict[str, tuple[str, dt.date]] = {}
    for row in unit_rows(today):
        if row.kind == "team":
            first = opened[row.code][1] if row.code in opened else row.valid_from
            opened[row.code] = (programme.get(row.parent, row.parent), first)
    return opened
