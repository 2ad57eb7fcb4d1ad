from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0023_keep_the_keys_of_sets_of_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="fault_why",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
