"""The language of a page: what the person chose, else what the browser says."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from organisation.models import Person


def use_language_of_person(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer someone who signed in in their own language, on every device."""

    def answer_in_language(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Person) and request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return answer(request)

    return answer_in_language
