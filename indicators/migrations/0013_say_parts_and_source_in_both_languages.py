from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAMES = ("numerator_text", "denominator_text", "source_text")
LABELS = {"numerator_text": "numerator", "denominator_text": "denominator", "source_text": "source"}


def name_the_language(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give the keys of kept sheets their new names: what was said in one language stands in English."""
    _rename(apps, "", "_en")


def name_no_language(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give them back; French words, which are new, go."""
    _rename(apps, "_en", "")


def _rename(apps: Apps, before: str, after: str) -> None:
    gone = {f"{name}{suffix}" for name in NAMES for suffix in ("", "_en", "_fr")}
    for one in apps.get_model("indicators", "DefinitionVersion").objects.iterator():
        moved = {f"{name}{after}": one.sheet[f"{name}{before}"] for name in NAMES if f"{name}{before}" in one.sheet}
        one.sheet = {name: value for name, value in one.sheet.items() if name not in gone} | moved
        one.save(update_fields=["sheet"])


class Migration(migrations.Migration):
    dependencies = [("indicators", "0012_compute_indicators_from_others")]

    operations = [
        *(
            operation
            for name in NAMES
            for operation in (
                migrations.RenameField("indicator", name, f"{name}_en"),
                migrations.AlterField(
                    "indicator",
                    f"{name}_en",
                    models.CharField(blank=True, max_length=300, verbose_name=f"{LABELS[name]} in English"),
                ),
                migrations.AddField(
                    "indicator",
                    f"{name}_fr",
                    models.CharField(blank=True, max_length=300, verbose_name=f"{LABELS[name]} in French"),
                ),
            )
        ),
        migrations.RunPython(name_the_language, name_no_language),
    ]
