from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trajectories", "0015_rotate_keys_page_by_page"),
    ]

    operations = [
        migrations.AddField(
            model_name="refresh",
            name="why",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="refresh",
            name="detail",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
