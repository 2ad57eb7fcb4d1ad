"""Read indicators: series for tiles, values for analysts, why a figure is what it is."""

from indicators.queries.charts.points import Point
from indicators.queries.charts.series import LastEntry, Series, series
from indicators.queries.charts.series_rows import Wanted
from indicators.queries.definitions.versions import Rules, VersionRow, differences, rules_of, sheet_of, versions_of
from indicators.queries.explaining.why import Child, Entry, Why, why
from indicators.queries.figures.long_format import ValueRow, latest_change, values
from indicators.queries.figures.long_format_sql import ValueFilter
from indicators.queries.rollup.checks import Check, Difference, check_rollups
from indicators.queries.targets.in_force import TargetInForce, Targets, targets_of

__all__ = [
    "Check",
    "Child",
    "Difference",
    "Entry",
    "LastEntry",
    "Point",
    "Rules",
    "Series",
    "TargetInForce",
    "Targets",
    "ValueFilter",
    "ValueRow",
    "VersionRow",
    "Wanted",
    "Why",
    "check_rollups",
    "differences",
    "latest_change",
    "rules_of",
    "series",
    "sheet_of",
    "targets_of",
    "values",
    "versions_of",
    "why",
]
