"""Describe to the schema what a view answers, from the typed dictionaries that the view builds."""

from typing import Any

from drf_spectacular.plumbing import resolve_type_hint


def shape(hint: Any) -> dict[str, Any]:
    """Return the OpenAPI schema of a TypedDict (its docstring is the description), or of a list of them."""
    described: dict[str, Any] = _sorted(resolve_type_hint(hint))  # type: ignore[no-untyped-call] # it has no types
    return described


def paged(row: Any) -> dict[str, Any]:
    """Return the schema of a page of such rows."""
    return {
        "type": "object",
        "description": "One page; follow `next` until it is null.",
        "required": ["next", "results"],
        "properties": {
            "results": {"type": "array", "items": shape(row)},
            "next": {"type": "string", "format": "uri", "nullable": True, "description": "The next page."},
        },
    }


def _sorted(described: Any) -> Any:
    """Put `required` in order: it comes from a set, and a schema should not change from one start to the next."""
    if isinstance(described, list):
        return [_sorted(part) for part in described]
    if not isinstance(described, dict):
        return described
    return {
        key: sorted(part) if key == "required" and isinstance(part, list) else _sorted(part)
        for key, part in described.items()
    }
