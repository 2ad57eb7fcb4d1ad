from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trajectories", "0012_let_versions_take_effect_on_a_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="eventbatch",
            name="why",
            field=models.JSONField(null=True),
        ),
    ]
