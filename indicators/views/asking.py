"""Who may enter figures at all."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from organisation.asking import person_of
from organisation.models import Person


def enterer_of(request: HttpRequest) -> Person:
    """Return who has signed in, if any of their roles lets them enter figures; else the answer is 403 with a sentence."""
    if not getattr(request.user, "enters_figures", False):
        raise PermissionDenied(
            _("Your roles let you look at figures, not enter them. A lead or an administrator can help.")
        )
    return person_of(request)
