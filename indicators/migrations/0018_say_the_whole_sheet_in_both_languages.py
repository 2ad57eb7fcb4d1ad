from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LINES = {"start_event": "start event", "stop_event": "stop event"}
TEXTS = {
    "inclusion": "inclusion",
    "exclusion": "exclusion",
    "interpretation": "use and interpretation",
    "warnings": "warnings and limits",
}
NAMES = (*LINES, *TEXTS)


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


def field(name: str, language: str) -> models.Field[str, str]:
    """Return the column of a text in a language."""
    if name in LINES:
        return models.CharField(blank=True, max_length=300, verbose_name=f"{LINES[name]} in {language}")
    return models.TextField(blank=True, verbose_name=f"{TEXTS[name]} in {language}")


class Migration(migrations.Migration):
    dependencies = [("indicators", "0017_count_those_still_waiting")]

    operations = [
        *(
            operation
            for name in NAMES
            for operation in (
                migrations.RenameField("indicator", name, f"{name}_en"),
                migrations.AlterField("indicator", f"{name}_en", field(name, "English")),
                migrations.AddField("indicator", f"{name}_fr", field(name, "French")),
            )
        ),
        migrations.RunPython(name_the_language, name_no_language),
    ]
