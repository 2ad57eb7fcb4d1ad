"""Old periods keep the calendar that their version of the definition had."""

import datetime as dt
from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models

from indicators.calculations.calendars import turns_of


def turn(apps: Any, _schema_editor: Any) -> None:
    """Tell from the versions kept so far where the calendar turned; the figures follow by the next job."""
    versions = apps.get_model("indicators", "DefinitionVersion").objects
    for indicator in apps.get_model("indicators", "Indicator").objects.filter(
        pk__in=versions.filter(sheet__calendar="working_days").values("indicator")
    ):
        kept = versions.filter(indicator=indicator).order_by("number")
        turns = turns_of((one.takes_effect_on, one.sheet.get("calendar") or "") for one in kept)
        if turns:
            indicator.calendar_turns_on = turns
            indicator.save(update_fields=["calendar_turns_on"])
            apps.get_model("indicators", "StaleValue").objects.create(
                indicator=indicator, queued_at=dt.datetime.now(dt.UTC)
            )


class Migration(migrations.Migration):
    dependencies = [("indicators", "0021_check_the_keys_of_figures_once_a_statement")]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="calendar_turns_on",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(), blank=True, db_default=[], default=list, editable=False, size=None
            ),
        ),
        migrations.RunPython(turn, migrations.RunPython.noop),
    ]
