"""Make an access token for a person and print it, once."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import Person
from organisation.operations import create_token


def a_day(text: str) -> dt.date:
    """Read a date, or say what one looks like."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("“%(text)s” is no date like 2026-11-22") % {"text": text}) from error


class Command(BaseCommand):
    help = "Print a new access token for a person. It is shown once; only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument("--expires", type=a_day, metavar="DATE", help="last day on which it works")
        parser.add_argument("--scope", choices=["read", "write"], default="read")

    def handle(self, **options: Any) -> None:
        person = Person.objects.filter(email__iexact=options["email"], is_active=True).first()
        if person is None:
            raise CommandError(_("Nobody active signs in as %(email)s.") % {"email": options["email"]})
        longest = 100
        if not 0 < len(options["name"]) <= longest:
            raise CommandError(_("A token’s name has 1 to %(count)d characters.") % {"count": longest})
        _token, text = create_token(
            person=person,
            name=options["name"],
            may_write=options["scope"] == "write",
            expires_on=options["expires"],
            now=timezone.now(),
        )
        self.stdout.write(text)
