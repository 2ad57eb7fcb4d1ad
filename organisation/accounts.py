"""How allauth signs people in: by e-mail, and never by signing up on one's own."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from organisation.choices import ALLOWED, Do
from organisation.models import Person, Role


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse sign-up from the web."""
        return False


class KnownPeople(AuthenticationBackend):  # type: ignore[misc]
    """Read the person of a session with what the menu of every page depends on, in the one query for both."""

    def get_user(self, user_id: int) -> Person | None:
        """Return the person, who says in `enters_figures` whether any role lets them enter figures."""
        roles = [role for role, allowed in ALLOWED.items() if Do.ENTER_FIGURES in allowed]
        entering = Exists(Role.objects.filter(person=OuterRef("pk"), role__in=roles))
        people = Person.objects.annotate(enters_figures=Q(is_superuser=True) | Q(entering))
        person = people.filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None
