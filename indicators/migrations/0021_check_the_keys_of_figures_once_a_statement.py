"""Check indicator, unit and period of figures once a statement, where foreign keys would be checked once a row each.

The promise is the same: no figure without its indicator, unit and period, whoever writes. What is referred to is locked
against deletion until the writer commits, and who deletes it looks for figures after whoever wrote some has committed.
"""

import django.db.models.deletion
from django.db import migrations, models

#: After INSERT and UPDATE of figures: lock what they refer to, and count that it is all there.
REFER = """
CREATE FUNCTION figures_have_their_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    found bigint;
BEGIN
    ids := ARRAY(SELECT DISTINCT indicator_id FROM fresh);
    SELECT count(*) INTO found FROM (SELECT FROM indicators_indicator WHERE id = ANY(ids) FOR KEY SHARE) kept;
    IF found < cardinality(ids) THEN
        RAISE foreign_key_violation USING MESSAGE = 'A figure has an indicator that there is not.';
    END IF;
    ids := ARRAY(SELECT DISTINCT unit_id FROM fresh);
    SELECT count(*) INTO found FROM (SELECT FROM organisation_unit WHERE id = ANY(ids) FOR KEY SHARE) kept;
    IF found < cardinality(ids) THEN
        RAISE foreign_key_violation USING MESSAGE = 'A figure has a unit that there is not.';
    END IF;
    ids := ARRAY(SELECT DISTINCT period_id FROM fresh);
    SELECT count(*) INTO found FROM (SELECT FROM organisation_period WHERE id = ANY(ids) FOR KEY SHARE) kept;
    IF found < cardinality(ids) THEN
        RAISE foreign_key_violation USING MESSAGE = 'A figure has a period that there is not.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER new_figures_have_their_keys AFTER INSERT ON indicators_observation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION figures_have_their_keys();
CREATE TRIGGER changed_figures_have_their_keys AFTER UPDATE ON indicators_observation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION figures_have_their_keys();
"""
#: After DELETE of what figures refer to: look that none does.
STAY = """
CREATE FUNCTION nothing_with_figures_goes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_used boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM gone JOIN indicators_observation seen ON seen.%I = gone.id)', TG_ARGV[0]
    ) INTO is_used;
    IF is_used THEN
        RAISE foreign_key_violation USING MESSAGE = format('There are figures of what is deleted from %s.', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_indicator_with_figures_goes AFTER DELETE ON indicators_indicator
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION nothing_with_figures_goes('indicator_id');
CREATE TRIGGER no_unit_with_figures_goes AFTER DELETE ON organisation_unit
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION nothing_with_figures_goes('unit_id');
CREATE TRIGGER no_period_with_figures_goes AFTER DELETE ON organisation_period
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION nothing_with_figures_goes('period_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0020_leave_days_off_out"),
        ("organisation", "0005_role_changes"),
    ]

    operations = [
        migrations.RunSQL(REFER, "DROP FUNCTION figures_have_their_keys() CASCADE"),
        migrations.RunSQL(STAY, "DROP FUNCTION nothing_with_figures_goes() CASCADE"),
        migrations.AlterField(
            model_name="observation",
            name="indicator",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="observations",
                to="indicators.indicator",
            ),
        ),
        migrations.AlterField(
            model_name="observation",
            name="period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="observations",
                to="organisation.period",
            ),
        ),
        migrations.AlterField(
            model_name="observation",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="observations",
                to="organisation.unit",
            ),
        ),
    ]
