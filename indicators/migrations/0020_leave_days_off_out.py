from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0019_find_the_newest_entry"), ("organisation", "0006_tell_days_off")]

    operations = [
        migrations.AddField(
            "indicator",
            "calendar",
            models.CharField(
                choices=[
                    ("every_day", "Every day"),
                    ("working_days", "Monday to Friday, without holidays"),
                ],
                db_default="every_day",
                default="every_day",
                help_text="of a daily figure: on other days none is expected",
                max_length=12,
                verbose_name="calendar",
            ),
        ),
    ]
