"""Take in many units at once, with their places in the tree."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.imports import ImportReport
from organisation.calculations.stays import Blame, Reason, Row, settle, trimmed
from organisation.calculations.tree import DEEPEST, FAR, Stay
from organisation.models import Placement, Unit
from organisation.operations.tree import BATCH, rebuild_ancestors

NAMES = ("name_en", "name_fr", "kind")


@transaction.atomic
def import_units(*, rows: Iterable[Row], report: ImportReport) -> None:
    """Take the rows that make a tree together with what is stored; refuse the others, each with its reason.

    A unit's names are those of its latest row. What is stored and not spoken of stays as it is. Everything is
    written with a fixed number of statements per 5,000 rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE organisation_placement IN SHARE ROW EXCLUSIVE MODE")
    stored = _stored_stays()
    taken, blames = _without_overlaps(rows)
    stays, more = settle(stored, taken)
    for blame in sorted(blames + more, key=lambda blame: blame.line):
        report.refuse(blame.line, blame.field, _sentence(blame), blame.about)
    refused = {blame.line for blame in more}
    taken = [row for row in taken if row.line not in refused]
    renamed = _write_names({row.stay.unit: row for row in sorted(taken, key=lambda row: row.stay.first)})
    _write_placements(stored, set(stays))
    rebuild_ancestors()
    _count(report, taken, set(stored), set(stays), renamed)


def _stored_stays() -> dict[Stay[str], int]:
    """Return the stored placements, and the key of each."""
    rows = Placement.objects.values_list("pk", "unit__code", "parent__code", "valid_from", "valid_to")
    return {Stay(code, parent, first, last or FAR): key for key, code, parent, first, last in rows}


def _without_overlaps(rows: Iterable[Row]) -> tuple[list[Row], list[Blame]]:
    """Trim the rows of each unit to each other."""
    own: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        own[row.stay.unit].append(row)
    taken: list[Row] = []
    blames: list[Blame] = []
    for of_unit in own.values():
        kept, faults = trimmed(of_unit)
        taken += kept
        blames += faults
    return taken, blames


def _write_names(latest: dict[str, Row]) -> set[int]:
    """Make or rename units after their latest row; return the lines of the rows that renamed one."""
    known = {code: names for code, *names in Unit.objects.values_list("code", *NAMES)}
    written = [row for code, row in latest.items() if known.get(code) != [row.name_en, row.name_fr, row.kind]]
    units = [
        Unit(
            code=row.stay.unit, name_en=row.name_en, name_fr=row.name_fr, kind=row.kind, opens_on=row.stay.first
        )  # its days follow from the placements
        for row in written
    ]
    Unit.objects.bulk_create(
        units, batch_size=BATCH, update_conflicts=True, unique_fields=["code"], update_fields=list(NAMES)
    )
    return {row.line for row in written}


def _write_placements(stored: dict[Stay[str], int], stays: set[Stay[str]]) -> None:
    Placement.objects.filter(pk__in=[key for stay, key in stored.items() if stay not in stays]).delete()
    keys = dict(Unit.objects.values_list("code", "pk"))
    missing = [
        Placement(
            unit_id=keys[stay.unit],
            parent_id=keys[stay.parent] if stay.parent else None,
            valid_from=stay.first,
            valid_to=None if stay.last == FAR else stay.last,
        )
        for stay in stays
        if stay not in stored
    ]
    Placement.objects.bulk_create(missing, batch_size=BATCH)


def _count(
    report: ImportReport, taken: list[Row], stored: set[Stay[str]], stays: set[Stay[str]], renamed: set[int]
) -> None:
    """Sort the rows into new, changed and unchanged: new is a stay that begins where none began."""
    began = {(stay.unit, stay.first) for stay in stored}
    written = {(stay.unit, stay.first) for stay in stays - stored}
    for row in taken:
        place = (row.stay.unit, row.stay.first)
        if place not in began:
            report.new += 1
        elif place in written or row.line in renamed:
            report.changed += 1
    report.unchanged = report.read - report.new - report.changed - report.refused


def _sentence(blame: Blame) -> str:
    """Say in the reader's language why a row was not taken."""
    about = {"about": blame.about, "deepest": DEEPEST}
    sentences = {
        Reason.OVERLAPS: _("the unit stays elsewhere on this day by line %(about)s"),
        Reason.UNKNOWN: _("no unit has the code %(about)s"),
        Reason.ABSENT: _("the parent does not exist on all of these days: %(about)s"),
        Reason.NEEDED: _("a unit below stays on after this unit: %(about)s"),
        Reason.LOOP: _("the unit would stand under itself: %(about)s"),
        Reason.DEEP: _("the unit would stand deeper than %(deepest)d levels"),
    }
    return sentences[blame.reason] % about
