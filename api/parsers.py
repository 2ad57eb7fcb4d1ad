"""Read JSON bodies so that no malformed one ends in a 500."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON, refused where lists are nested without end or a text holds half a surrogate pair."""

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
