from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0015_break_lines_where_measures_change"),
    ]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="chart",
            field=models.CharField(
                choices=[
                    ("auto", "Chosen by the kind of figure"),
                    ("xmr", "XmR chart"),
                    ("run", "Run chart"),
                    ("p", "p chart"),
                    ("pp", "p′ chart"),
                    ("u", "u chart"),
                    ("up", "u′ chart"),
                    ("c", "c chart"),
                    ("g", "g chart"),
                    ("t", "t chart"),
                    ("xbar", "x-bar chart"),
                    ("ip", "I′ chart"),
                ],
                db_default="auto",
                default="auto",
                help_text="p′ for shares, t or g for what is rare, else XmR, unless you name another",
                max_length=5,
                verbose_name="chart of variation",
            ),
        ),
    ]
