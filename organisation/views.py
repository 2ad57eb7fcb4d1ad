"""What people choose for themselves."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.i18n import set_language

from core.posted import posted_from
from organisation.models import Person
from organisation.operations import choose_language


@posted_from("boards:home")
def switch_language(request: HttpRequest) -> HttpResponse:
    """Switch the browser to a language, and remember it for whoever is signed in."""
    language = request.POST.get("language", "")
    if isinstance(request.user, Person) and language in dict(settings.LANGUAGES):
        choose_language(person=request.user, language=language)
    return set_language(request)
