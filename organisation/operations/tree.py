"""Keep the table of ancestors equal to what the placements say."""

from io import StringIO
from typing import NamedTuple

from django.db import connection, transaction

from organisation.calculations.tree import FAR, Line, Stay, lines_of
from organisation.models import Ancestor, Placement

#: How many rows go into one INSERT.
BATCH = 5000
#: How COPY writes a null.
NULL = r"\N"


class TreeChange(NamedTuple):
    """How many lines of the tree were added and removed; a line of which one end moved counts as both."""

    added: int
    removed: int


@transaction.atomic
def rebuild_ancestors() -> TreeChange:
    """Recompute the tree from the placements and write what differs, with the first and last day of each unit.

    Raises a `TreeRefused` and changes nothing where the placements make no tree. Values of figures follow the tree
    only when they are next computed: after a change of the past, run `refresh --full`.
    """
    with connection.cursor() as cursor:
        # Of two rebuilds at once the second waits here, and then reads what the first one's caller has committed.
        cursor.execute("LOCK TABLE organisation_ancestor IN SHARE ROW EXCLUSIVE MODE")
    stays = [
        Stay(unit, parent, first, last or FAR)
        for unit, parent, first, last in Placement.objects.values_list("unit", "parent", "valid_from", "valid_to")
    ]
    wanted = set(lines_of(stays))
    kept = {
        Line(unit, ancestor, distance, first, last or FAR): key
        for key, unit, ancestor, distance, first, last in Ancestor.objects.values_list(
            "pk", "unit", "ancestor", "distance", "valid_from", "valid_to"
        )
    }
    surplus = [key for line, key in kept.items() if line not in wanted]
    missing = sorted(line for line in wanted if line not in kept)
    Ancestor.objects.filter(pk__in=surplus).delete()
    _insert(missing)
    _date_units()
    return TreeChange(len(missing), len(surplus))


def _insert(lines: list[Line[int]]) -> None:
    """Write lines by COPY: three times as fast as INSERT, and a tree of 10,000 units has some 60,000."""
    rows = (
        f"{unit}\t{ancestor}\t{distance}\t{first}\t{NULL if last == FAR else last}\n"
        for unit, ancestor, distance, first, last in lines
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY organisation_ancestor (unit_id, ancestor_id, distance, valid_from, valid_to) FROM STDIN",
            StringIO("".join(rows)),
        )


def _date_units() -> None:
    """Give each unit that has placements the first and the last of their days."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE organisation_unit unit SET opens_on = own.opens_on, closes_on = own.closes_on
            FROM (
                SELECT unit_id, min(valid_from) AS opens_on,
                       CASE WHEN bool_and(valid_to IS NOT NULL) THEN max(valid_to) END AS closes_on
                FROM organisation_placement GROUP BY unit_id
            ) own
            WHERE own.unit_id = unit.id
              AND (unit.opens_on, unit.closes_on) IS DISTINCT FROM (own.opens_on, own.closes_on)
            """
        )
