"""Seed the calendar of 2015 to 2035; fiscal periods are a draft that the organisation edits."""

import datetime as dt

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core import periods

FIRST, LAST = dt.date(2015, 1, 1), dt.date(2035, 12, 31)


def seed(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    period = apps.get_model("organisation", "Period")
    spans = [span for frequency in periods.FORMULAIC for span in periods.between(frequency, FIRST, LAST)]
    for year in range(FIRST.year, LAST.year + 1):
        spans += periods.fiscal_year_seed(year)
    period.objects.bulk_create(
        [period(code=s.code, frequency=s.frequency, starts_on=s.first, ends_on=s.last) for s in spans],
        batch_size=2000,
    )


def clear(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("organisation", "Period").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]

    operations = [migrations.RunPython(seed, clear)]
