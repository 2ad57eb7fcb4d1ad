"""Read the weights of an index as a person writes them: a line for each part, `code weight [first day [last day]]`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.forms.rows_of_definitions import clean_weight
from indicators.operations import DefinitionRefused

#: In the order in which they stand in a line; a hyphen stands for no day.
COLUMNS = ("indicator", "weight", "valid_from", "valid_to")
NO_DAY = "-"


class WeightsField(forms.CharField):
    """A text of lines for people, a list for the model."""

    widget = forms.Textarea(attrs={"rows": 6, "placeholder": "access-delay 2\nstaff-absence 1 2026-04-01"})

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("label", gettext_lazy("weights"))
        options.setdefault(
            "help_text",
            gettext_lazy(
                "of an index, a line for each part: code, weight and, if it does not hold always, first and last day"
            ),
        )
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Write a list as lines; what a person has typed stays as it is."""
        return "\n".join(_line(weight) for weight in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the list that some lines say."""
        lines = enumerate(str(value or "").splitlines(), 1)
        return [_weight(number, line.split()) for number, line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lines say something else than the list."""
        try:
            return bool((initial or []) != self.clean(data))
        except ValidationError:
            return True


def _line(weight: dict[str, Any]) -> str:
    words = [weight[name] or NO_DAY for name in COLUMNS]
    while words[-1] == NO_DAY:
        words.pop()
    return " ".join(words)


def _weight(number: int, words: list[str]) -> dict[str, Any]:
    if len(words) > len(COLUMNS):
        raise ValidationError(_("Line %(number)s: too many words.") % {"number": number})
    row = {name: word for name, word in zip(COLUMNS, words, strict=False) if word != NO_DAY}
    try:
        return clean_weight(row)
    except DefinitionRefused as refusal:
        told = {"number": number, "why": str(refusal)}
        raise ValidationError(_("Line %(number)s: %(why)s") % told) from refusal
