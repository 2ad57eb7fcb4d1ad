"""No figure is without its indicator, unit and period, whoever writes or deletes; the database keeps that itself."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from indicators.models import Observation
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db


def one_figure() -> Observation:
    build.observation(build.indicator(), build.unit(), "2026-10", 4)
    return Observation.objects.get()


@pytest.mark.parametrize("key", ["indicator_id", "unit_id", "period_id"])
def test_a_figure_of_what_there_is_not_is_refused(key: str) -> None:
    figure = one_figure()

    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.filter(pk=figure.pk).update(**{key: F(key) + 1_000_000})
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.create(
            **{"indicator_id": figure.indicator_id, "unit_id": figure.unit_id, "period_id": figure.period_id}
            | {key: 1_000_000},
            numerator=4,
            source=figure.source,
        )

    assert Observation.objects.count() == 1


DELETE = {
    "indicator": "DELETE FROM indicators_indicator WHERE id = %s",
    "unit": "DELETE FROM organisation_unit WHERE id = %s",
    "period": "DELETE FROM organisation_period WHERE id = %s",
}


@pytest.mark.parametrize("key", ["indicator", "unit", "period"])
def test_nothing_is_deleted_of_which_there_are_figures(key: str) -> None:
    figure = one_figure()

    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="There are figures of what is deleted"),
        transaction.atomic(),
    ):
        cursor.execute(DELETE[key], [getattr(figure, f"{key}_id")])

    assert Observation.objects.filter(pk=figure.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_figure_refers_to_cannot_be_deleted_while_it_is_being_written() -> None:
    build.calendar()
    indicator, unit = build.indicator(), Unit.objects.create(code="short-lived", opens_on=build.LONG_AGO)
    period = build.period("2026-10")
    refused: list[IntegrityError] = []

    def delete() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM organisation_unit WHERE id = %s", [unit.pk])
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Observation.objects.create(indicator=indicator, unit=unit, period=period, numerator=1, source="job")
        other = threading.Thread(target=delete)
        other.start()
        other.join(timeout=0.5)
        waited = other.is_alive()
    other.join()

    assert waited
    assert [str(error).splitlines()[0] for error in refused] == [
        "There are figures of what is deleted from organisation_unit."
    ]
