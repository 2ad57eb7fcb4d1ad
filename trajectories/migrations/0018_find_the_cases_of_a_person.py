from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trajectories", "0017_follow_numbers_that_are_joined"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("person__isnull", False)),
                fields=["trajectory", "person", "case"],
                name="episodes_of_a_person",
            ),
        ),
    ]
