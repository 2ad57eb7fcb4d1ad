"""What came for a figure, and what its definition makes of the reports that did not come."""

from decimal import Decimal
from typing import Final, NamedTuple

from indicators.calculations.parts import NOTHING, Parts

#: Kinds whose figure is a count: of these a report that did not come can be a zero.
COUNTED: Final = frozenset({"count", "stock"})


class Reported(NamedTuple):
    """A figure's parts and reports, after the rule for missing reports. `parts` None: there is no figure to be had."""

    parts: Parts | None
    #: Reports counted in, of those expected; `expected` None: nobody in particular.
    reporting: int
    expected: int | None
    #: Whether anything at all came.
    has_report: bool
    #: False: every unit said that there is nothing to report.
    is_applicable: bool = True
    #: Reports that did not come and are taken as zero.
    taken_as_zero: int = 0
    #: Reports in the figure that a validation rule doubts.
    suspect: int = 0

    @property
    def counted(self) -> int:
        """Reports that are in the figure, those taken as zero among them."""
        return self.reporting + self.taken_as_zero


def reported(
    kind: str,
    parts: Parts | None,
    *,
    reporting: int,
    expected: int | None,
    missing: str = "skip",
    is_overdue: bool,
    is_longer: bool = False,
    suspect: int = 0,
) -> Reported:
    """Return what a figure rests on. `parts` None: no value is kept. `is_longer`: of several reported periods.

    `missing` (skip, zero, missing: `indicators.choices.Missing`) only speaks once the days of grace are over,
    `is_overdue`. A zero is none of a count and a no of yes and no; it adds nothing to a ratio, a mean, a duration or a
    set, so there it only completes the coverage. It stands beside reports that came: where none did, a zero would make
    what is missing look good, and the figure is late like any other.
    """
    is_empty = parts is None or parts.is_empty
    if parts is not None and is_empty and not reporting and not expected:
        return Reported(None, 0, expected, has_report=False, is_applicable=False)
    # Parts may be empty though units have reported: where figures do not add up.
    has_report = not is_empty or reporting > 0
    found = Reported(parts if has_report else None, reporting, expected, has_report, suspect=suspect)
    lacking = max((expected or 0) - reporting, 0) if is_overdue else 0
    if not lacking or not has_report or missing not in {"zero", "missing"}:
        return found
    if missing == "missing":
        return found._replace(parts=None)
    answers = 0 if is_longer else lacking
    return found._replace(parts=_with_zeros(kind, found.parts, answers), taken_as_zero=lacking)


def _with_zeros(kind: str, parts: Parts | None, answers: int) -> Parts | None:
    if kind in COUNTED:
        return (parts or NOTHING) + Parts(Decimal(0))
    if kind == "yes_no" and answers:
        return (parts or NOTHING) + Parts(Decimal(0), Decimal(answers))
    return parts
