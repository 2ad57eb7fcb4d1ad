"""Imports of before are finished; those of a trajectory that is not stale are measured."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def finish(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    batches = apps.get_model("trajectories", "EventBatch").objects.filter(finished_at__isnull=True)
    batches.filter(trajectory__stale_since__isnull=True).update(measured_at=F("imported_at"))
    batches.update(finished_at=F("imported_at"))


class Migration(migrations.Migration):
    dependencies = [("trajectories", "0005_correct_withdraw_and_undo_events")]

    operations = [migrations.RunPython(finish, migrations.RunPython.noop)]
