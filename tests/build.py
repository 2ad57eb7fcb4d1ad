"""Build what a test needs: plain functions that make one thing each and return it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from boards.choices import Level, ZoneKind
from boards.models import Board, Tile, Zone
from core.periods import fiscal_year_seed
from indicators.calculations import NOT_APPLICABLE, Parts
from indicators.choices import Kind, Source, Statistic
from indicators.models import Indicator, Reporter, Target
from indicators.operations import record_observation, save_indicator
from organisation.choices import Frequency, RoleName
from organisation.models import Period, Person, Placement, Role, Unit
from organisation.operations import period_for, rebuild_ancestors

#: Before any day that a test names, unless it says so.
LONG_AGO = dt.date(2015, 1, 1)

_numbers = count(1)


def unit(
    code: str = "",
    *,
    parent: Unit | None = None,
    name_en: str = "",
    name_fr: str = "",
    kind: str = "",
    opens_on: dt.date = LONG_AGO,
    closes_on: dt.date | None = None,
) -> Unit:
    """Make a unit under a parent, in the tree at once. Many at a time: `units`."""
    made = _placed(code, parent, name_en=name_en, name_fr=name_fr, kind=kind, opens_on=opens_on, closes_on=closes_on)
    rebuild_ancestors()
    return made


def units(*codes: str, parent: Unit | None = None, kind: str = "", opens_on: dt.date = LONG_AGO) -> list[Unit]:
    """Make several units under one parent."""
    made = [_placed(code, parent, kind=kind, opens_on=opens_on) for code in codes]
    rebuild_ancestors()
    return made


def _placed(
    code: str,
    parent: Unit | None,
    *,
    opens_on: dt.date,
    name_en: str = "",
    name_fr: str = "",
    kind: str = "",
    closes_on: dt.date | None = None,
) -> Unit:
    code = code or f"unit-{next(_numbers)}"
    made = Unit.objects.create(
        code=code,
        name_en=name_en or code.capitalize(),
        name_fr=name_fr,
        kind=kind,
        opens_on=opens_on,
        closes_on=closes_on,
    )
    Placement.objects.create(unit=made, parent=parent, valid_from=opens_on, valid_to=closes_on)
    return made


def move(moved: Unit, *, to: Unit | None, on: dt.date) -> None:
    """Hang a unit under another parent from a day on."""
    Placement.objects.filter(unit=moved, valid_to=None).update(valid_to=on - dt.timedelta(days=1))
    Placement.objects.create(unit=moved, parent=to, valid_from=on)
    rebuild_ancestors()


def close(closed: Unit, *, on: dt.date) -> None:
    """Let a unit's last day be this one."""
    Placement.objects.filter(unit=closed, valid_to=None).update(valid_to=on)
    rebuild_ancestors()


def person(
    email: str = "", *, is_superuser: bool = False, name: str = "", language: str = "", password: str | None = None
) -> Person:
    """Make a person, who without a role sees nothing. A password takes long to make: `force_login` needs none."""
    made = Person(
        email=email or f"person-{next(_numbers)}@example.org",
        name=name,
        language=language,
        is_superuser=is_superuser,
        is_staff=is_superuser,
    )
    made.set_password(password)
    made.save()
    return made


def role(person: Person, role: RoleName, unit: Unit) -> Role:
    """Give a person a role at a unit."""
    return Role.objects.create(person=person, role=role, unit=unit)


def person_with(given: RoleName, at: Unit, email: str = "") -> Person:
    """Make a person who has one role."""
    made = person(email)
    role(made, given, at)
    return made


def period(code: str) -> Period:
    """Return the period of a code, making it where the calendar lacks it."""
    return period_for(code)


def indicator(code: str = "", *, kind: str = Kind.COUNT, frequency: str = Frequency.MONTH, **fields: Any) -> Indicator:
    """Make a definition; a duration shows its median unless told otherwise, a ratio per hundred."""
    code = code or f"indicator-{next(_numbers)}"
    if kind == Kind.DURATION:
        fields.setdefault("statistic", Statistic.MEDIAN)
    if kind == Kind.RATIO:
        fields.setdefault("factor", Decimal(100))
    fields.setdefault("name_en", code.capitalize())
    return Indicator.objects.create(code=code, kind=kind, frequency=frequency, **fields)


#: After any period that a test names, unless it says so.
LATER = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)


def observation(
    of: Indicator,
    at: Unit,
    during: str,
    numerator: Decimal | str | int | None = None,
    denominator: Decimal | str | int | None = None,
    *,
    histogram: Mapping[int, int] | None = None,
    members: Iterable[int] | None = None,
    is_applicable: bool = True,
    source: str = Source.ENTERED,
    by: Person | None = None,
    note: str = "",
    now: dt.datetime = LATER,
) -> None:
    """Record an observation; its values follow with the next drain."""
    whole = None if numerator is None else Decimal(numerator)
    part = None if denominator is None else Decimal(denominator)
    parts = Parts(whole, part) if histogram is None else Parts.of_histogram(histogram, whole)
    if members is not None:
        parts = Parts.of_members(members)
    if not is_applicable:
        parts = NOT_APPLICABLE
    record_observation(
        indicator=of,
        unit=at,
        period=period(during),
        parts=parts,
        source=source,
        by=by,
        now=now,
        today=now.date(),
        note=note,
    )


def reporter(of: Indicator, at: Unit, *, valid_from: dt.date = LONG_AGO, valid_to: dt.date | None = None) -> Reporter:
    """Let a unit be expected to report."""
    return Reporter.objects.create(indicator=of, unit=at, valid_from=valid_from, valid_to=valid_to)


def target(of: Indicator, at: Unit, *, valid_from: dt.date = LONG_AGO, **numbers: Any) -> Target:
    """Set a target (target, threshold, starting_point, band_low, band_high) at a unit from a day."""
    return Target.objects.create(indicator=of, unit=at, valid_from=valid_from, **numbers)


def calendar() -> None:
    """Put the fiscal calendar back: tests with transactions of their own find it emptied by the test before.

    Other periods are made when first needed.
    """
    Period.objects.bulk_create(
        [
            Period(code=span.code, frequency=span.frequency, starts_on=span.first, ends_on=span.last)
            for year in range(2015, 2036)
            for span in fiscal_year_seed(year)
        ],
        ignore_conflicts=True,
    )


def board(
    at: Unit,
    *indicators: Indicator,
    slug: str = "",
    level: str = Level.TACTICAL,
    zone: str = ZoneKind.PERFORMANCE,
    **fields: Any,
) -> Board:
    """Hang a board at a unit with a tile for each indicator, all in one zone."""
    slug = slug or f"board-{next(_numbers)}"
    fields.setdefault("name_en", slug.capitalize())
    made = Board.objects.create(slug=slug, unit=at, level=level, **fields)
    hung = Zone.objects.create(board=made, kind=zone)
    Tile.objects.bulk_create([Tile(zone=hung, indicator=one, position=at) for at, one in enumerate(indicators)])
    return made


def formula(code: str, expression: str, **fields: Any) -> Indicator:
    """Make an indicator that is computed from others, monthly unless told otherwise; its values wait in the queue."""
    return _computed({"code": code, "kind": Kind.FORMULA, "expression": expression, **fields})


def index(code: str, weights: Mapping[str, int | str] | list[dict[str, Any]], **fields: Any) -> Indicator:
    """Make an index of `{code: weight}`, or of weights with days; its values wait in the queue."""
    if isinstance(weights, Mapping):
        weights = [
            {"indicator": part, "weight": str(weight), "valid_from": None, "valid_to": None}
            for part, weight in weights.items()
        ]
    return _computed({"code": code, "kind": Kind.INDEX, "weights": weights, **fields})


def _computed(definition: dict[str, Any]) -> Indicator:
    fields = {"name_en": definition["code"].capitalize(), "frequency": Frequency.MONTH, **definition}
    made, _outcome = save_indicator(definition=fields, now=LONG_BEFORE)
    return made


#: Before any day that a test names, unless it says so.
LONG_BEFORE = dt.datetime(2015, 1, 1, 12, tzinfo=dt.UTC)
