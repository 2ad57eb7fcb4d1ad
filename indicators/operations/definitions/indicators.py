"""Change definitions and who is expected to report."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.choices import ALWAYS, DERIVED, MADE_OF, Calendar, ChartType, IndicatorStatus, Kind, Statistic
from indicators.models import Indicator, Observation, Reporter, Value
from indicators.operations.definitions.around import (
    LeftOutGiven,
    ReporterGiven,
    area_of,
    owner_of,
    take_left_out,
    take_reporter_rows,
    units_by_code,
)
from indicators.operations.definitions.components import (
    keep_components,
    queue_following,
    refuse_to_lose,
    refuse_unsound_components,
)
from indicators.operations.definitions.versions import keep_version
from indicators.operations.refusals import DefinitionRefused
from indicators.operations.reporting.validation import BARE
from indicators.operations.rollup.values import queue_all
from indicators.operations.targets.fitting import Place, refuse_unfit_targets
from indicators.operations.targets.setting import TargetGiven, take_targets
from indicators.queries.charts.subgroups import kind_of
from indicators.queries.definitions.versions import sheet_of
from indicators.spc.choice import may_be
from live.operations import announce
from organisation.choices import Frequency
from organisation.models import Person, Unit

Outcome = Literal["new", "changed", "unchanged"]
#: As many as are kept of a part.
MOST_DECIMALS = 6
#: A change of these moves values: they follow.
MOVING = frozenset({"kind", "frequency", "calendar", "also_at", "adds_up"})
#: And of these, the values of what is computed from others.
MOVING_DERIVED = MOVING | {"expression", "weights", "missing"}


@transaction.atomic
def save_indicator(
    *,
    definition: Mapping[str, Any],
    now: dt.datetime,
    by: Person | None = None,
    reason: str = "",
    takes_effect_on: dt.date | None = None,
    with_targets: Collection[Place] = frozenset(),
) -> tuple[Indicator, Outcome]:
    """Create or change the indicator named by `code`; what the definition doesn't name stays as it is.

    The keys are the model's fields; `area` is the code of one, made if need be, `owner` an address, `complementary` the codes of other
    indicators. Raises `DefinitionRefused` with the field. Every change is a new version (`keep_version`). `with_targets`
    are targets that the caller sets next: another direction needs not fit those that they replace.
    """
    fields = dict(definition)
    code = fields.pop("code", "")
    complementary = fields.pop("complementary", None)
    found = Indicator.objects.select_for_update().filter(code=code).first()
    indicator = found or Indicator(code=code)
    if "area" in fields:
        fields["area"] = area_of(fields["area"])
    if isinstance(fields.get("owner"), str):
        fields["owner"] = owner_of(fields["owner"])
    changed = {name for name, value in fields.items() if not found or getattr(indicator, name) != value}
    for name in changed:
        setattr(indicator, name, fields[name])
    others = None if complementary is None else _others(code, complementary)
    is_same = found is not None and not changed and (others is None or set(found.complementary.all()) == set(others))
    if is_same:
        return indicator, "unchanged"
    refuse_unsound(indicator, changed)
    if found and "direction" in changed:
        today = timezone.localdate(now)
        refuse_unfit_targets(indicator, takes_effect_on=takes_effect_on, today=today, replaced=with_targets)
    store_indicator(
        indicator, changed, now=now, complementary=others, by=by, reason=reason, takes_effect_on=takes_effect_on
    )
    return indicator, "changed" if found else "new"


def _others(code: str, codes: Collection[str]) -> list[Indicator]:
    found = list(Indicator.objects.filter(code__in=codes).exclude(code=code))
    missing = sorted(set(codes) - {one.code for one in found})
    if missing:
        raise DefinitionRefused("complementary", _("No other indicator has the code %s.") % missing[0])
    return found


@transaction.atomic
def link_complementary(*, code: str, codes: Collection[str], now: dt.datetime) -> bool:
    """Let exactly these indicators complement one; answer whether that changed anything.

    In the moment in which a version was made it belongs to that version. Raises `DefinitionRefused`.
    """
    indicator = Indicator.objects.select_for_update().get(code=code)
    others = _others(code, codes)
    if set(indicator.complementary.all()) == set(others):
        return False
    newest = indicator.versions.first()
    if newest is None or newest.changed_at != now:
        store_indicator(indicator, {"complementary"}, now=now, complementary=others)
        return True
    indicator.complementary.set(others)
    newest.sheet = sheet_of(indicator)
    newest.save(update_fields=["sheet"])
    return True


@transaction.atomic
def store_indicator(
    indicator: Indicator,
    changed: Collection[str],
    *,
    now: dt.datetime,
    complementary: Collection[Indicator] | None = None,
    by: Person | None = None,
    reason: str = "",
    takes_effect_on: dt.date | None = None,
) -> None:
    """Save a definition that `refuse_unsound` has let pass, keep its version, and let its values follow.

    `complementary` None leaves those as they are. Raises `DefinitionRefused` for a day before the newest version's.
    """
    today = timezone.localdate(now)
    before = sheet_of(Indicator.objects.get(pk=indicator.pk)) if indicator.pk else None
    is_abandoned = indicator.status == IndicatorStatus.ABANDONED
    indicator.abandoned_on = (indicator.abandoned_on or today) if is_abandoned else None
    indicator.save()
    if complementary is not None:
        indicator.complementary.set(complementary)
    keep_version(indicator, before, by=by, reason=reason, takes_effect_on=takes_effect_on, today=today, now=now)
    is_derived = indicator.kind in DERIVED
    if is_derived or indicator.components.exists():
        keep_components(indicator)
    moving = MOVING_DERIVED if is_derived else MOVING
    if moving.intersection(changed) and (is_derived or before is not None):
        queue_all(indicators=[indicator.pk], now=now)
    if before is None:
        return
    queue_following(indicator, now=now)
    announce(topic="value", unit_id=None, what={"indicator": indicator.code}, now=now)


def refuse_unsound(indicator: Indicator, changed: Iterable[str] = ()) -> None:
    """Raise `DefinitionRefused` if a definition cannot be, or would turn old figures into something else."""
    _refuse_unsound_statistic(indicator)
    try:
        indicator.full_clean(exclude=["owner"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise DefinitionRefused(field, " ".join(messages)) from error
    _refuse_unsound_numbers(indicator)
    if indicator.calendar != Calendar.EVERY_DAY and indicator.frequency != Frequency.DAY:
        raise DefinitionRefused("calendar", _("Only a daily figure leaves days out."))
    for longer in indicator.also_at:
        if indicator.frequency not in MADE_OF.get(longer, frozenset()):
            raise DefinitionRefused("also_at", _("These periods are not made of whole shorter ones: %s") % longer)
    if indicator.chart != ChartType.AUTO and not may_be(indicator.chart, kind_of(indicator), indicator.statistic):
        raise DefinitionRefused("chart", _("A figure of this kind has no such chart."))
    refuse_unsound_components(indicator)
    refuse_to_lose(indicator, frozenset(changed))
    _refuse_another_kind(indicator, frozenset(changed))


def _refuse_unsound_numbers(indicator: Indicator) -> None:
    if indicator.factor <= 0:
        raise DefinitionRefused("factor", _("A factor is more than zero."))
    if indicator.decimals > MOST_DECIMALS:
        raise DefinitionRefused("decimals", _("At most %d decimals are shown.") % MOST_DECIMALS)
    if not 0 <= indicator.minimum_coverage <= 1:
        raise DefinitionRefused("minimum_coverage", _("A minimum coverage is a share, from 0 to 1."))


def _refuse_unsound_statistic(indicator: Indicator) -> None:
    if indicator.kind != Kind.DURATION:
        if indicator.statistic:
            raise DefinitionRefused("statistic", _("Only a duration has a statistic."))
        return
    if not indicator.statistic:
        raise DefinitionRefused("statistic", _("A duration names its statistic: median, p90, mean, max, share_within."))
    if indicator.statistic == Statistic.SHARE_WITHIN and indicator.within is None:
        raise DefinitionRefused("target", _("A share within a limit names the limit."))


def _refuse_another_kind(indicator: Indicator, changed: frozenset[str]) -> None:
    """Refuse to read figures as something that they were not entered as."""
    for field in sorted(changed & {"kind", "frequency"}) if indicator.pk else ():
        has_values = field == "kind" and Value.objects.filter(indicator=indicator).exists()
        if has_values or Observation.objects.filter(indicator=indicator).exists():
            raise DefinitionRefused(field, _("It already has figures; make another indicator instead."))
    if indicator.pk and "adds_up" in changed and indicator.adds_up and _has_bare_figures(indicator):
        raise DefinitionRefused("adds_up", _("It has figures that came without what they were made of."))


def _has_bare_figures(indicator: Indicator) -> bool:
    """Whether there are figures whose parts nobody knows."""
    bare = Observation.objects.filter(
        indicator=indicator, numerator__isnull=False, denominator=None, days=None, members=None
    )
    return indicator.kind in BARE and bare.exists()


@transaction.atomic
def set_reporters(*, indicator: Indicator, units: Iterable[Unit], valid_from: dt.date, now: dt.datetime) -> bool:
    """Let exactly these units be expected to report from a day on; answer whether that changed anything.

    Expectations that began earlier end on the day before; those of units that stay go on. Raises `DefinitionRefused`
    for what is computed.
    """
    wanted = {unit.pk for unit in units}
    if wanted and indicator.kind in DERIVED:
        raise DefinitionRefused("reporters", _("It is computed from other indicators: nobody reports it."))
    eve = valid_from - dt.timedelta(days=1)
    later = Reporter.objects.filter(indicator=indicator, valid_from__gte=valid_from)
    open_before = Reporter.objects.filter(indicator=indicator, valid_from__lt=valid_from)
    open_before = open_before.exclude(valid_to__lt=valid_from)
    ended = open_before.exclude(unit__in=wanted).update(valid_to=eve)
    prolonged = open_before.filter(unit__in=wanted, valid_to__isnull=False).update(valid_to=None)
    missing = wanted - set(open_before.filter(unit__in=wanted).values_list("unit_id", flat=True))
    fitting = set(
        later.filter(valid_from=valid_from, valid_to=None, unit__in=missing).values_list("unit_id", flat=True)
    )
    dropped, _rows = later.exclude(valid_from=valid_from, valid_to=None, unit__in=missing).delete()
    Reporter.objects.bulk_create(
        Reporter(indicator=indicator, unit_id=unit, valid_from=valid_from) for unit in sorted(missing - fitting)
    )
    changed = bool(ended or prolonged or dropped or missing - fitting)
    if changed:
        queue_all(indicators=[indicator.pk], now=now)
    return changed


@transaction.atomic
def import_definition(
    *,
    fields: Mapping[str, Any],
    targets: Sequence[TargetGiven] = (),
    reporters: Sequence[ReporterGiven] | None = None,
    left_out: Sequence[LeftOutGiven] | None = None,
    today: dt.date,
    now: dt.datetime,
    reason: str = "",
    takes_effect_on: dt.date | None = None,
) -> Outcome:
    """Take a whole definition: its fields, its targets, exactly those units that report it, and those left out.

    None leaves reporters, or who is left out, alone. Reporters without days: the first ever hold from always, later ones
    from today. With days they are all that ever were. Raises `DefinitionRefused`.
    """
    indicator, outcome = save_indicator(
        definition=fields,
        now=now,
        reason=reason,
        takes_effect_on=takes_effect_on,
        with_targets={(one.unit, one.valid_from) for one in targets},
    )
    differs = take_targets(indicator, targets, now=now)
    if reporters is not None:
        differs |= _take_reporters(indicator, reporters, today=today, now=now)
    if left_out is not None:
        differs |= take_left_out(indicator, left_out, now=now)
    return "changed" if differs and outcome == "unchanged" else outcome


def _take_reporters(indicator: Indicator, given: Sequence[ReporterGiven], *, today: dt.date, now: dt.datetime) -> bool:
    if any(one.is_dated for one in given):
        return take_reporter_rows(indicator, given, now=now)
    codes = [one.unit for one in given]
    units = units_by_code("reporters", codes)
    known = Reporter.objects.filter(indicator=indicator)
    current = set(known.filter(valid_to=None).values_list("unit__code", flat=True))
    if current == set(codes):
        return False
    return set_reporters(
        indicator=indicator, units=units.values(), valid_from=today if known.exists() else ALWAYS, now=now
    )
