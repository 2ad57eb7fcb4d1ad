from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.working_days import is_worked


def mark(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Say of every day whether it is worked, by the holidays of the region that is set."""
    days = apps.get_model("organisation", "Period").objects.filter(frequency="day")
    off = [pk for pk, day in days.values_list("pk", "starts_on") if not is_worked(day, settings.HOLIDAYS)]
    days.filter(pk__in=off).update(is_worked=False)


class Migration(migrations.Migration):
    dependencies = [("organisation", "0005_role_changes")]

    operations = [
        migrations.AddField(
            "period",
            "is_worked",
            models.BooleanField(db_default=True, default=True, editable=False, verbose_name="worked"),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
