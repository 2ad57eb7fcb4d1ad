"""Check definitions and targets as the administration site edits them: by the rules of the operations."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.choices import Direction
from indicators.forms.weights import WeightsField
from indicators.models import Indicator, Target
from indicators.operations import (
    DefinitionRefused,
    refuse_backdated,
    refuse_unfit_targets,
    refuse_unsound,
    refuse_unsound_target,
)
from indicators.queries.definitions.versions import SHEET_FIELDS
from indicators.queries.targets.in_force import points_of
from organisation.choices import Frequency


class IndicatorForm(forms.ModelForm[Indicator]):
    """A definition sheet."""

    #: The day on which it is edited; whoever shows the form says it.
    today: ClassVar[dt.date]
    also_at = forms.MultipleChoiceField(
        choices=Frequency.choices, required=False, widget=forms.CheckboxSelectMultiple, label=_("also rolled up to")
    )

    weights = WeightsField()
    takes_effect_on = forms.DateField(
        required=False,
        label=_("takes effect on"),
        help_text=_("empty: today. Periods that ended before keep the rule that they had."),
    )
    reason = forms.CharField(max_length=500, required=False, label=_("why it changes"))

    class Meta:
        model = Indicator
        help_texts: ClassVar = {"due_in_working_days": _("Monday to Friday, without holidays")}
        fields: ClassVar = ["code", *SHEET_FIELDS]

    def _post_clean(self) -> None:
        """Ask the operation's rules too, once the form has filled the definition in."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which the stubs leave out
        if self.errors:
            return
        try:
            refuse_unsound(self.instance, self.changed_data)
            takes_effect_on = self.cleaned_data.get("takes_effect_on")
            refuse_backdated(self.instance, takes_effect_on)
            if self.instance.pk and "direction" in self.changed_data:
                refuse_unfit_targets(self.instance, takes_effect_on=takes_effect_on, today=self.today)
        except DefinitionRefused as refusal:
            field = "within" if refusal.field == "target" else refusal.field
            self.add_error(field if field in self.fields else None, str(refusal))


class TargetForm(forms.ModelForm[Target]):
    """A target of an indicator at a unit, from a day."""

    class Meta:
        model = Target
        fields: ClassVar = [
            "indicator",
            "unit",
            "valid_from",
            "valid_to",
            "target",
            "threshold",
            "starting_point",
            "band_low",
            "band_high",
            "note",
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse numbers that contradict each other."""
        cleaned = super().clean() or {}
        indicator = cleaned.get("indicator")
        names = ("target", "threshold", "starting_point", "band_low", "band_high")
        if self.errors:
            return cleaned
        try:
            refuse_unsound_target(
                indicator.direction if indicator else Direction.NONE,
                cleaned["valid_from"],
                cleaned.get("valid_to"),
                {name: cleaned.get(name) for name in names},
                path=self.instance.path,
                points=points_of(self.instance),
            )
        except DefinitionRefused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        return cleaned
