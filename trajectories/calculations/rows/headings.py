"""What tables call the fields of an event, in French and English: accents, case and small words do not count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: Further names of fields in the headings of tables, the likeliest first; beside those that every source may use.
HEADINGS = {
    "case": (
        "no_dossier", "numero_dossier", "num_dossier", "id_dossier", "dossier_id", "code_dossier", "dossier",
        "no_episode", "numero_episode", "id_episode", "episode_service", "no_demande", "numero_demande", "id_demande",
        "no_cas", "id_cas", "cas", "case_no", "case_number", "file_no", "file_number", "record_no", "record_number",
        "referral_id", "referral_no", "referral_number",
    ),
    "activity": (
        "activite", "nom_activite", "libelle_activite", "code_activite", "type_activite", "evenement",
        "type_evenement", "nom_evenement", "etape", "acte", "type_acte", "intervention", "type_intervention", "tache",
        "event_type", "event_name", "activity_type", "activity_code", "step",
    ),
    "at": (
        "time", "horodatage", "horodate", "date_heure", "date_heure_evenement", "date_heure_activite", "date_heure_debut",
        "moment", "date_evenement", "date_activite", "date_acte", "date_intervention", "debut", "date_debut", "jour",
        "date_time", "event_date", "activity_date", "start", "start_date", "start_time", "started_at", "begin", "day",
        # Where nothing else is told, an event happened when it ended.
        "fin", "date_fin", "date_heure_fin", "end", "end_date", "end_time", "ended_at",
    ),
    "time": (
        "heure", "heure_evenement", "heure_activite", "heure_acte", "heure_intervention", "heure_debut", "time",
        "hour", "event_time", "activity_time", "time_of_day",
    ),
    "unit": (
        "code_unite", "no_unite", "id_unite", "unite", "nom_unite", "unite_administrative", "code_equipe",
        "no_equipe", "id_equipe", "equipe", "nom_equipe", "service", "code_service", "point_service", "unit_id",
        "unit_name", "team_code", "team_name", "department", "ward", "clinic",
    ),
    "worker": (
        "intervenant", "no_intervenant", "id_intervenant", "code_intervenant", "nom_intervenant", "matricule",
        "professionnel", "employe", "no_employe", "praticien", "ressource", "staff", "staff_id", "employee",
        "employee_id", "clinician", "practitioner",
    ),
    "person": (
        "usager", "no_usager", "numero_usager", "id_usager", "nom_usager", "patient", "no_patient", "id_patient",
        "client", "no_client", "id_client", "personne", "id_personne", "beneficiaire", "nam", "enfant", "jeune",
        "client_no", "client_number", "patient_no", "patient_number", "mrn",
    ),
    "priority": (
        "priorite", "code_priorite", "cote_priorite", "niveau_priorite", "urgence", "niveau_urgence",
        "priority_level", "urgency",
    ),
    "end": (
        "end", "fin", "date_fin", "date_heure_fin", "heure_fin", "end_date", "end_time", "ended_at", "finished_at",
        "completed_at",
    ),
    "lifecycle": ("cycle_vie", "transition"),
    "order": ("ordre", "no_ordre", "rang", "no_sequence", "no_ligne", "sequence_no", "sequence_number", "event_no"),
}  # fmt: skip
#: Headings of a day alone, beside which the time of day may stand in a column of its own.
DAYS = frozenset({
    "date", "date_evenement", "date_activite", "date_acte", "date_intervention", "date_debut", "jour", "event_date",
    "activity_date", "start_date", "day",
})  # fmt: skip
#: Headings of a beginning, and our own word, beside which a column may hold the end.
STARTS = frozenset({
    "at", "debut", "date_debut", "date_heure_debut", "start", "start_date", "start_time", "started_at", "begin",
})  # fmt: skip
SMALL_WORDS = frozenset({"de", "du", "des", "d", "l", "la", "le", "les", "et", "a", "au", "of", "the", "and"})


def key(heading: str) -> str:
    """Return a heading as names are compared: `N° de l’usager (interne)` is `no_usager`; colons stay."""
    plain = heading.replace("°", "o").replace("º", "o")
    letters = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one)).casefold()
    words = re.split(r"[^a-z0-9:]+", re.sub(r"\(.*\)\s*$", "", letters))
    return "_".join(word for word in words if word and word not in SMALL_WORDS)


def named(columns: Sequence[str]) -> list[str]:
    """Return the headings; of a column without one, as programs write for row numbers, the letter of its place."""
    return [name or letter(place) for place, name in enumerate(columns)] if any(columns) else list(columns)


def letter(place: int) -> str:
    """Return by which letters people know a column of a sheet; columns are counted from 0."""
    number, letters = place + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
