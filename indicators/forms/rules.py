"""Check validation rules as the administration site makes them: by the rules of the operation."""

from typing import Any, ClassVar

from django import forms

from indicators.models import ValidationRule
from indicators.operations import DefinitionRefused
from indicators.operations.rules import refuse_unsound_rule, said_by


class RuleForm(forms.ModelForm[ValidationRule]):
    """A validation rule of an indicator."""

    class Meta:
        model = ValidationRule
        fields: ClassVar = ["indicator", "kind", "low", "high", "periods", "width", "other", "most", "is_percent"]

    def clean(self) -> dict[str, Any]:
        """Refuse a rule that could never doubt anything."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        rule = ValidationRule(**cleaned)
        try:
            refuse_unsound_rule(rule.indicator, said_by(rule), rule.other)
        except DefinitionRefused as refusal:
            field = refusal.field.removeprefix("rules.")
            self.add_error(field if field in self.fields else None, str(refusal))
        return cleaned
