import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trajectories", "0016_keep_why_a_refresh_failed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Joining",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_from", models.UUIDField()),
                ("case_from", models.UUIDField()),
                ("person_to", models.UUIDField()),
                ("case_to", models.UUIDField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="joinings",
                        to="trajectories.eventbatch",
                    ),
                ),
                (
                    "trajectory",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="trajectories.trajectory",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trajectory", "person_from", "case_from", "person_to", "case_to"),
                        name="two_numbers_are_joined_once",
                    ),
                ],
            },
        ),
    ]
