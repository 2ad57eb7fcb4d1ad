"""What a lead says of a board and of a tile, made clean."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from boards.choices import Level, ZoneKind
from boards.models import Board
from boards.queries import Reader, boards_for
from indicators.choices import IndicatorStatus
from indicators.models import Indicator
from organisation.choices import Do, Frequency
from organisation.models import Ancestor, Person, Unit
from organisation.queries import units_where

#: Units below the board's that are offered by name; any other may be typed.
OFFERED_UNITS = 300
#: An input beside a list of the units that are offered: `boards/units.html`.
OFFERED = {"list": "units", "autocomplete": "off"}


class BoardForm(forms.ModelForm[Board]):
    """What a board is called and what stands around its tiles."""

    class Meta:
        model = Board
        fields = (
            "name_en",
            "name_fr",
            "level",
            "huddle_at",
            "true_north_en",
            "true_north_fr",
            "trajectory",
            "flow_size",
        )
        widgets: ClassVar = {"huddle_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trajectory"].empty_label = pgettext("trajectory of a board", "none")  # type: ignore[attr-defined]  # a choice of rows


class NewBoardForm(forms.ModelForm[Board]):
    """The same for a board that does not hang yet: at which unit, and like which other."""

    unit = forms.CharField(label=gettext_lazy("Unit"), widget=forms.TextInput(attrs=OFFERED))

    class Meta:
        model = Board
        fields = ("unit", "level", "name_en", "name_fr")

    def __init__(self, *args: Any, person: Reader, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", _("choose")), *Level.choices]  # type: ignore[attr-defined]  # a choice
        self.allowed = units_where(person, Do.CHANGE_BOARD, on=today).filter(closes_on=None)
        self.units = [(unit.code, unit.name) for unit in self.allowed.order_by("code")[:OFFERED_UNITS]]
        seen = Board.objects.filter(pk__in=[board.pk for board in boards_for(person, today=today)])
        self.fields["like"] = forms.ModelChoiceField(
            seen, required=False, label=_("The same tiles as"), empty_label=_("no other board: begin empty")
        )

    def clean_unit(self) -> Unit:
        """Take a unit by its code, or by its name as it is offered."""
        return _unit(self.cleaned_data["unit"], self.units, self.allowed)


class TileForm(forms.Form):
    """One indicator to hang: in a zone, at the board's unit or another below it."""

    zone = forms.ChoiceField(choices=ZoneKind.choices, initial=ZoneKind.PERFORMANCE, label=gettext_lazy("Zone"))
    unit = forms.CharField(
        required=False,
        label=gettext_lazy("Other unit"),
        widget=forms.TextInput(attrs=OFFERED),
    )
    frequency = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("the indicator’s own")), *Frequency.choices],
        label=gettext_lazy("Frequency"),
    )
    field_order = ("indicator", "zone", "unit", "frequency", "owner")

    def __init__(self, *args: Any, board: Board, person: Reader, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = units_where(person, Do.SEE, on=today)
        self.units = offered_units(board.unit, today)
        self.fields["indicator"] = forms.ChoiceField(choices=offered_indicators(), label=_("Indicator"))
        self.fields["owner"] = forms.ModelChoiceField(
            people_at(board.unit, today), required=False, label=_("Owner"), empty_label=_("nobody")
        )
        self.order_fields(self.field_order)

    def clean_indicator(self) -> Indicator:
        """Take one of those offered."""
        return Indicator.objects.get(code=self.cleaned_data["indicator"])

    def clean_unit(self) -> Unit | None:
        """Take a unit by its code, or by its name as it is offered."""
        typed = self.cleaned_data["unit"]
        return _unit(typed, self.units, self.seen) if typed else None

    def clean(self) -> dict[str, Any]:
        """Refuse a frequency at which the indicator has no figures."""
        said = self.cleaned_data
        indicator, frequency = said.get("indicator"), said.get("frequency", "")
        if indicator and frequency not in {"", indicator.frequency, *indicator.also_at}:
            self.add_error(
                "frequency",
                _("“%(indicator)s” has no figures at this frequency.") % {"indicator": indicator.name},
            )
        return said


def _unit(typed: str, offered: Sequence[tuple[str, str]], allowed: QuerySet[Unit]) -> Unit:
    code = next((code for code, name in offered if typed == name), typed)
    unit = allowed.filter(code=code).first()
    if unit is None:
        raise forms.ValidationError(_("No unit has the code “%s”.") % typed)
    return unit


def offered_indicators() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the indicators that may hang, by area of True North: code and name."""
    found = Indicator.objects.exclude(status=IndicatorStatus.ABANDONED).select_related("area")

    def area(one: Indicator) -> tuple[int, str]:
        return (one.area.position, one.area.name) if one.area else (1_000, _("Without an area"))

    ordered = sorted(found, key=lambda one: (area(one), one.name.casefold()))
    return [(name, [(one.code, one.name) for one in ones]) for (_at, name), ones in groupby(ordered, key=area)]


def offered_units(top: Unit, today: dt.date) -> Sequence[tuple[str, str]]:
    """Return units below a unit, the nearest first: code and name."""
    lines = (
        Ancestor.objects.valid(today)
        .filter(ancestor=top, distance__gt=0, unit__closes_on=None)
        .select_related("unit")
        .order_by("distance", "unit__code")[:OFFERED_UNITS]
    )
    return [(line.unit.code, line.unit.name) for line in lines]


def people_at(unit: Unit, today: dt.date) -> QuerySet[Person]:
    """Return those who have a role at a unit or above it."""
    above = Ancestor.objects.valid(today).filter(unit=unit).values("ancestor")
    return Person.objects.filter(is_active=True, roles__unit__in=above).distinct().order_by("name", "email")
