"""Take definitions of indicators from a JSON or YAML file, with their targets and who is expected to report."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.imports import ImportReport, add_import_arguments, finish_import
from core.tables import UnreadableFile
from indicators.forms.definitions import Definition, clean_definition, in_computing_order, read_list
from indicators.models import Indicator
from indicators.operations import DefinitionRefused, Outcome, drain_rollups, import_definition, link_complementary
from indicators.operations.doubts.rules import set_rules
from indicators.operations.targets.fitting import targets_of_another_scale
from indicators.recheck_words import recheck_text

#: Codes that a note repeats.
MOST_NAMED = 10


class Command(BaseCommand):
    help = "Import definitions of indicators: a JSON or YAML list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_import_arguments(parser)
        parser.add_argument("--reason", default="", help="why definitions change; kept with their versions")
        parser.add_argument("--dry-run", action="store_true", help="say what would come of it, and change nothing")
        parser.add_argument(
            "--figures-since",
            type=dt.date.fromisoformat,
            help="new validation rules look at figures of periods that end on this day or later; else at all",
        )
        parser.add_argument("--effective", type=dt.date.fromisoformat, help="first day of the changes; else today")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        report = ImportReport()
        try:
            items = in_computing_order(read_list(options["file"]))
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            with transaction.atomic():
                _import(items, options, report, now=now)
                transaction.set_rollback(True)
        else:
            _import(items, options, report, now=now)
            drain_rollups(now=now)
        finish_import(self, report, options)


def _import(items: list[tuple[int, Any]], options: dict[str, Any], report: ImportReport, *, now: dt.datetime) -> None:
    """Take the definitions, and count what became of each."""
    taken: list[tuple[int, object, Definition, Outcome]] = []
    for line, item in items:
        report.read += 1
        try:
            taken.append((line, item, *_take(item, options, report, now=now)))
        except DefinitionRefused as refusal:
            report.refuse(line, refusal.field, str(refusal), _code(item))
    # Only now: a definition may name one that comes after it.
    for line, item, definition, outcome in taken:
        try:
            _count(report, _link(definition, outcome, options, report, now=now))
        except DefinitionRefused as refusal:
            report.refuse(line, refusal.field, str(refusal), _code(item))
    if options["effective"]:
        report.notes += _without_effect(
            [definition.fields["code"] for *_row, definition, _outcome in taken], options, now
        )


def _without_effect(codes: list[str], options: dict[str, Any], now: dt.datetime) -> list[str]:
    """Say of which definitions no version was made though a day was asked for."""
    changed = Indicator.objects.filter(code__in=codes, versions__changed_at=now).values_list("code", flat=True)
    same = sorted(set(codes) - set(changed))
    if not same:
        return []
    named = ", ".join([*same[:MOST_NAMED], *(["…"] if len(same) > MOST_NAMED else [])])
    told = ngettext(
        "%(count)d definition says what it said before, so it has no new version that begins on %(day)s: %(codes)s.",
        "%(count)d definitions say what they said before, so they have no new version that begins on %(day)s: %(codes)s.",
        len(same),
    ) % {"count": len(same), "day": options["effective"].isoformat(), "codes": named}
    return [told, _("To judge earlier periods by a definition as it stands, restate them on its page.")]


@transaction.atomic
def _take(
    item: object, options: dict[str, Any], report: ImportReport, *, now: dt.datetime
) -> tuple[Definition, Outcome]:
    definition = clean_definition(item)
    before = Indicator.objects.filter(code=definition.fields["code"]).first()
    outcome = import_definition(
        fields=definition.fields,
        targets=definition.targets,
        reporters=definition.reporters,
        left_out=definition.left_out,
        today=timezone.localdate(now),
        now=now,
        reason=options["reason"][:500],
        takes_effect_on=options["effective"],
    )
    if before is not None and before.factor != definition.fields.get("factor", before.factor):
        report.notes += [one for one in [targets_of_another_scale(before, now=now)] if one]
    return definition, outcome


@transaction.atomic
def _link(
    definition: Definition, outcome: Outcome, options: dict[str, Any], report: ImportReport, *, now: dt.datetime
) -> Outcome:
    code, is_changed = definition.fields["code"], False
    if definition.complementary is not None:
        is_changed = link_complementary(code=code, codes=definition.complementary, now=now)
    if definition.rules is not None:
        indicator = Indicator.objects.get(code=code)
        found = set_rules(indicator=indicator, given=definition.rules, by=None, now=now, since=options["figures_since"])
        if found is not None:
            is_changed = True
        if found is not None and found.figures:
            report.notes.append(f"{code}: {recheck_text(found)}")
    return "changed" if is_changed and outcome == "unchanged" else outcome


def _count(report: ImportReport, outcome: Outcome) -> None:
    setattr(report, outcome, getattr(report, outcome) + 1)


def _code(item: object) -> str:
    return str(item.get("code", "")) if isinstance(item, dict) else ""
