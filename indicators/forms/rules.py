"""Check validation rules as the administration site makes them: by the rules of the operation."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.models import ValidationRule
from indicators.operations import DefinitionRefused
from indicators.operations.doubts.rules import refuse_unsound_rule, said_by
from indicators.queries.entering.rechecks import Change, recheck_foreseen
from indicators.recheck_words import recheck_text

#: What a rule says.
SAID = ["indicator", "kind", "low", "high", "periods", "width", "other", "most", "is_percent"]


class RuleForm(forms.ModelForm[ValidationRule]):
    """A validation rule of an indicator. Before it is saved it tells how many figures that stand it would doubt."""

    since = forms.DateField(
        label=gettext_lazy("Figures since"),
        required=False,
        widget=AdminDateWidget,
        help_text=gettext_lazy("figures of periods that ended before are not looked at; empty: all are"),
    )
    #: What the person has been told it would come to, as the sentence that was shown.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ValidationRule
        fields: ClassVar = SAID

    def clean(self) -> dict[str, Any]:
        """Refuse a rule that could never doubt anything; let one that doubts figures that stand be sent twice."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        rule = ValidationRule(**{name: cleaned.get(name) for name in SAID})
        try:
            refuse_unsound_rule(rule.indicator, said_by(rule), rule.other)
        except DefinitionRefused as refusal:
            field = refusal.field.removeprefix("rules.")
            self.add_error(field if field in self.fields else None, str(refusal))
            return cleaned
        self._tell_first(rule, cleaned)
        return cleaned

    def _tell_first(self, rule: ValidationRule, cleaned: dict[str, Any]) -> None:
        found = recheck_foreseen(Change(indicator=rule.indicator, made=[rule], since=cleaned.get("since")))
        told = recheck_text(found)
        if not found.marked or cleaned.get("seen") == told:
            return
        self.data = {**self.data.dict(), "seen": told} if isinstance(self.data, QueryDict) else self.data
        self.add_error(None, _("Nothing is saved yet. %(told)s Save again to go on.") % {"told": told})
