"""Draw up a fiscal year that the calendar does not hold yet, as a draft to be edited."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from organisation.operations import FiscalYearExists, add_fiscal_year


class Command(BaseCommand):
    help = "Add the fiscal year that begins in YEAR with its 13 periods; their dates are edited in the administration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")

    def handle(self, **options: Any) -> None:
        try:
            made = add_fiscal_year(options["year"])
        except FiscalYearExists as refused:
            raise CommandError(_("The calendar already holds %(code)s.") % {"code": refused}) from refused
        for period in made:
            self.stdout.write(f"{period.code} {period.starts_on} {period.ends_on}")
