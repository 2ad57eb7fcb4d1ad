"""Make and change people in the administration site."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from organisation.models import Person


def language_field() -> forms.ChoiceField:
    """Offer the languages of the product, or none of them: then the browser's counts."""
    return forms.ChoiceField(
        label=_("language"), choices=[("", _("as the browser says")), *settings.LANGUAGES], required=False
    )


class PersonForm(UserChangeForm[Person]):
    """Change a person."""

    language = language_field()

    def clean_email(self) -> str:
        """Write addresses in one way: people sign in whatever the case."""
        return str(self.cleaned_data["email"]).lower()

    class Meta:
        model = Person
        fields = "__all__"


class AddPersonForm(AdminUserCreationForm[Person]):
    """Make a person, with a password or without one."""

    language = language_field()

    def clean_email(self) -> str:
        """Write addresses in one way: people sign in whatever the case."""
        return str(self.cleaned_data["email"]).lower()

    class Meta:
        model = Person
        fields = ("email", "name", "language")
