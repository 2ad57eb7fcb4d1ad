"""The spans that the generators are given, without a database."""

import datetime as dt

from core.periods import Span, between, fiscal_year_seed

TODAY = dt.date(2026, 11, 22)


def calendar(today: dt.date = TODAY) -> dict[str, list[Span]]:
    """Return the periods of four years up to a day, of every frequency that is entered by hand."""
    first = today - dt.timedelta(days=4 * 366)
    spans = {frequency: list(between(frequency, first, today)) for frequency in ("day", "week", "month")}
    fiscal = [span for year in range(first.year, today.year + 1) for span in fiscal_year_seed(year)]
    spans["working_day"] = [span for span in spans["day"] if span.first.weekday() < 5]
    return spans | {"fiscal_period": [span for span in fiscal if span.frequency == "fiscal_period"]}
