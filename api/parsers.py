"""Read bodies so that none, however it is made, ends in a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON, unless its lists lie within lists without end, or a text of it is none: half a pair of UTF-16."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Return what the body holds; raises `ParseError`."""
        try:
            found = super().parse(stream, media_type, parser_context)
            json.dumps(found, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError(_("There are too many lists and objects within each other.")) from None
        except UnicodeEncodeError:
            raise ParseError(_("A text holds half a character (a lone surrogate).")) from None
        return found
