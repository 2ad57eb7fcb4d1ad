"""A person's own access tokens: listed, made (shown once), withdrawn."""

import datetime as dt
from typing import TypedDict

from django.db import models
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from api import parameters
from api.bodies import Body
from api.people import asking
from api.problems import Problem
from api.shapes import shape
from organisation.choices import Do
from organisation.models import AccessToken
from organisation.operations import create_token, revoke_token
from organisation.queries import units_where


class Scope(models.TextChoices):
    """What a token may be used for."""

    READ = "read"
    WRITE = "write"


class TokenRow(TypedDict):
    """A token as it is listed; the secret itself is never shown again. `expires_on` is its last day."""

    id: int
    name: str
    scope: Scope
    created_at: dt.datetime
    expires_on: dt.date | None
    last_used_on: dt.date | None


class TokenShownOnce(TokenRow):
    """A new token with its secret, which only this answer ever holds."""

    token: str


class TokenOrder(Body):
    """What a new token is for. Without a scope it may read only; without a last day it does not expire."""

    name = serializers.CharField(max_length=100)
    scope = serializers.ChoiceField(Scope.choices, default=Scope.READ)
    expires_on = serializers.DateField(allow_null=True, default=None)


@extend_schema(
    methods=["GET"], operation_id="tokens_list", summary="Your tokens", responses={200: shape(list[TokenRow])}
)
@extend_schema(
    methods=["POST"],
    operation_id="token_make",
    summary="Make a token",
    request=TokenOrder,
    responses={201: shape(TokenShownOnce)},
)
@api_view(["GET", "POST"])
def tokens(request: Request) -> Response:
    """List the person's own tokens, or make one."""
    parameters.only(request)
    if request.method == "GET":
        return Response([row(token) for token in asking(request).tokens.order_by("pk")])
    return make(request)


def make(request: Request) -> Response:
    """Make a token in the name of whoever asks; by session alone, or one leaked token could make others."""
    person, now = asking(request), timezone.now()
    if isinstance(request.auth, AccessToken):
        raise Problem(403, "needs_session", _("Tokens are made by a person who is signed in, not by another token."))
    if not units_where(person, Do.USE_API, on=timezone.localdate(now)).exists():
        raise Problem(403, "may_not_use_api", _("No role of yours allows programs to act in your name."))
    order = TokenOrder(data=request.data)
    order.is_valid(raise_exception=True)
    wanted = order.validated_data
    token, secret = create_token(
        person=person,
        name=wanted["name"],
        may_write=wanted["scope"] == Scope.WRITE,
        expires_on=wanted["expires_on"],
        now=now,
    )
    shown: TokenShownOnce = {**row(token), "token": secret}
    return Response(shown, status=201)


@extend_schema(operation_id="token_withdraw", summary="Withdraw a token", responses={204: None})
@api_view(["DELETE"])
def token(request: Request, token: int) -> Response:
    """Withdraw one of the person's own tokens; it stops working at once."""
    parameters.only(request)
    revoke_token(token=get_object_or_404(asking(request).tokens, pk=token))
    return Response(status=204)


def row(token: AccessToken) -> TokenRow:
    """Draw a token."""
    return {
        "id": token.pk,
        "name": token.name,
        "scope": Scope.WRITE if token.may_write else Scope.READ,
        "created_at": token.created_at,
        "expires_on": token.expires_on,
        "last_used_on": token.last_used_on,
    }
