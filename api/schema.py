"""The schema of the API and the page that draws it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from api.problems import Problem, respond


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular registers it so
    """How the schema names our tokens."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular registers it so
    """How the schema names the browser's session."""

    target_class = "api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


#: Problem details (RFC 9457), what every refusal looks like.
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457). Programs read `code`, which never changes.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reason"],
                "properties": {
                    "row": {"type": "integer", "description": "Where several rows were sent: which, from 0."},
                    "field": {"type": "string"},
                    "reason": {"type": "string"},
                },
            },
        },
    },
}


def add_refusals(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Say in the schema, once for all operations, that a refusal is a problem; a hook of drf-spectacular."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {"description": "The request was refused.", "content": content}
    return result


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Draw the schema as a page from which requests can be tried."""
    return render(request, "api/docs.html")


@csrf_exempt
def no_such_resource(_request: HttpRequest, rest: str) -> HttpResponse:
    """Answer an address under the API that leads nowhere as the API answers everything."""
    return respond(Problem(404, "not_found", _("There is no resource %(rest)s.") % {"rest": rest}))
