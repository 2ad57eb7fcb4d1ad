"""What a job measures is written by nobody else; the job says so from above, and indicators know nothing of it."""

import datetime as dt
import re
from pathlib import Path

import pytest

from indicators.choices import Kind, Source
from indicators.feeding import is_fed
from indicators.forms.observations import Catalogue, CellRefused, clean_row
from indicators.models import Indicator
from indicators.queries.entering.grid import enterable
from tests import build
from trajectories.models import BoundMeasure, Trajectory

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_a_bound_indicator_is_asked_of_nobody_and_taken_from_no_file() -> None:
    build.unit("team")
    build.period("2026-01")
    free, bound = build.indicator("free"), build.indicator("bound", kind=Kind.COUNT)
    BoundMeasure.objects.create(trajectory=Trajectory.objects.create(code="t"), indicator=bound, measure="starts")
    cells = {"indicator": "bound", "unit": "team", "period": "2026-01", "value": "1"}

    with pytest.raises(CellRefused) as refusal:
        clean_row(cells, Catalogue.load(), source=Source.IMPORTED, today=dt.date(2026, 3, 1))

    assert refusal.value.field == "indicator"
    assert list(enterable()) == [free]
    assert list(Indicator.objects.filter(is_fed())) == [bound]


def test_no_line_of_indicators_names_what_stands_above_it() -> None:
    named = re.compile(r"\b(bound_measure|BoundMeasure|trajectories\.\w+)\b")

    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in (ROOT / "indicators").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    ]

    assert found == []
