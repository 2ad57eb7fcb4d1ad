"""Addresses that only take what a form sends. Opened by hand they lead to the page with the form.

People come to them by the address bar, by a bookmark, or by signing in again after a form was sent too late.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

View = Callable[..., HttpResponseBase]


def posted_from(page: str, *named: str) -> Callable[[View], View]:
    """Let a view take POST alone; GET is sent on to the address called `page`, with these of the view's own arguments."""

    def wrapped(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, **arguments: object) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, **arguments)
            if request.method in {"GET", "HEAD"}:
                return HttpResponseRedirect(reverse(page, kwargs={name: arguments[name] for name in named}))
            return HttpResponseNotAllowed(["POST"])

        return asked

    return wrapped
