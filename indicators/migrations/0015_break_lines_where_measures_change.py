import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0014_tell_why_a_measure_is_late"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="breaks_on",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(), blank=True, db_default=[], default=list, editable=False, size=None
            ),
        ),
    ]
