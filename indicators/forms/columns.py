"""What the columns of a file of observations mean, as a command is told: `indicator=Indicateur,unit=Équipe`."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from core.tables import UnreadableFile
from indicators.forms.observations import NEEDED
from indicators.forms.sheet_imports import FIELDS, known_field


def read_columns(text: str) -> dict[str, str]:
    """Return the field of each heading, in small letters, that some text names. Raises `UnreadableFile`."""
    said: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        field, equals, heading = (part.strip() for part in pair.partition("="))
        if not equals or field not in FIELDS or not heading:
            told = {"pair": pair, "fields": ", ".join(FIELDS)}
            raise UnreadableFile(_("“%(pair)s” names no column; the fields are %(fields)s.") % told)
        said[heading.casefold()] = field
    return said


def fields_of(columns: Sequence[str], said: Mapping[str, str], remembered: Mapping[str, str]) -> list[str]:
    """Return the field of each column, empty where it is not used: as said, as remembered, or by its heading.

    Raises `UnreadableFile` where a heading that was named is not there, or a column that is needed is not known.
    """
    headings = [column.casefold() for column in columns]
    if absent := sorted(said.keys() - headings):
        raise UnreadableFile(_("There are no columns of these names: %s.") % ", ".join(absent))
    fields: list[str] = []
    for heading in headings:
        usual = remembered.get(heading, known_field(heading))
        field = said.get(heading, "" if usual in said.values() else usual)
        fields.append("" if field in fields else field)
    if lacking := [name for name in NEEDED if name not in fields]:
        raise UnreadableFile(_("No column is known for: %s.") % ", ".join(lacking))
    return fields
