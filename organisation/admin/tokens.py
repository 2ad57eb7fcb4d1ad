"""Administer access tokens: made, shown once, withdrawn."""

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import AccessToken
from organisation.operations import create_token


@admin.register(AccessToken)
class AccessTokenAdmin(admin.ModelAdmin[AccessToken]):
    """Programs' keys, by person."""

    list_display = ("name", "person", "may_write", "created_at", "expires_on", "last_used_on")
    list_filter = ("may_write",)
    list_select_related = ("person",)
    search_fields = ("name", "person__email", "person__name")
    autocomplete_fields = ("person",)
    fields = ("person", "name", "may_write", "expires_on")

    def has_change_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        """Refuse: what a token allows is fixed when it is made."""
        return False

    def save_model(self, request: HttpRequest, obj: AccessToken, form: ModelForm[AccessToken], change: bool) -> None:
        """Make the token and show its text, this once."""
        made, text = create_token(
            person=obj.person,
            name=obj.name,
            may_write=obj.may_write,
            expires_on=obj.expires_on,
            now=timezone.now(),
        )
        obj.pk = made.pk
        self.message_user(request, _("The token, shown this once: %(text)s") % {"text": text}, messages.WARNING)
