"""The names that a program or a file has for the parts of a figure."""

from collections.abc import Mapping

from indicators.choices import Kind
from indicators.operations import ObservationRefused

#: Names of the same part, in the order in which the first that is given counts.
NUMERATORS = ("value", "numerator", "sum")
DENOMINATORS = ("denominator", "n")
NAMES = {"numerator": NUMERATORS, "denominator": DENOMINATORS}
#: What a part is called that nobody has given, by kind; any other kind says what it is.
USUAL: Mapping[str, Mapping[str, str]] = {
    Kind.COUNT: {"numerator": "value"},
    Kind.STOCK: {"numerator": "value"},
    Kind.YES_NO: {"numerator": "value", "denominator": "value"},
    Kind.MEAN: {"numerator": "sum", "denominator": "n"},
}


def field_of(refusal: ObservationRefused, given: Mapping[str, object], kind: str) -> str:
    """Return the field that a refusal is about, by the name that it has in `given`, or would have there."""
    part = getattr(refusal, "part", "")
    if not part:
        return refusal.field
    said = next(
        (name for name in (part, *NAMES.get(part, ())) if given.get(name) is not None and given[name] != ""), None
    )
    return said or USUAL.get(kind, {}).get(part, part)
