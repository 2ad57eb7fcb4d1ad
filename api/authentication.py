"""Who is asking: a program with a token, or a person with the session of their browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from organisation.choices import Do
from organisation.models import AccessToken, Person
from organisation.operations import use_token
from organisation.queries import units_where

if TYPE_CHECKING:
    # The framework's views load this module as their default: at run time it cannot load them.
    from rest_framework.views import APIView


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`. Listed first, so that a missing sign-in is a 401 that names the way."""

    def authenticate(self, request: Request) -> tuple[Person, AccessToken] | None:
        """Return the person and the token, None without the header; refuse a token that does not hold today."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = use_token(secret.strip(), today=timezone.localdate())
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or withdrawn."))
        return token.person, token

    def authenticate_header(self, _request: Request) -> str:
        """Return what a 401 says of the way in (RFC 6750)."""
        return 'Bearer realm="obeya"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; a request that changes something must carry the CSRF token."""


class TokenMayWrite(permissions.BasePermission):
    """A token made for reading changes nothing; a session has no such limit."""

    message = _("This token may read only.")
    code = "token_is_read_only"

    def has_permission(self, request: Request, _view: APIView) -> bool:
        """Let reading pass, and writing with a session or a token that may write."""
        if request.method in permissions.SAFE_METHODS or not isinstance(request.auth, AccessToken):
            return True
        return request.auth.may_write


class TokenMayUseApi(permissions.BasePermission):
    """A program acts for those alone whom a role lets use the API; whoever only looks does so in the browser."""

    message = _("No role of this person allows programs to act in their name.")
    code = "may_not_use_api"

    def has_permission(self, request: Request, _view: APIView) -> bool:
        """Let sessions pass, and tokens of people who may use the API somewhere."""
        if not isinstance(request.auth, AccessToken):
            return True
        return units_where(request.auth.person, Do.USE_API, on=timezone.localdate()).exists()
