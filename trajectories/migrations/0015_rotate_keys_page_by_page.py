from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trajectories", "0014_keep_maps_of_past_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="pseudonymmark",
            name="toward",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="pseudonymmark",
            name="done",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="pseudonymmark",
            name="counted",
            field=models.JSONField(default=dict),
        ),
    ]
