"""Read indicators: series for tiles, values for analysts, why a figure is what it is."""

from indicators.queries.checks import Check, Difference, check_rollups
from indicators.queries.points import Point
from indicators.queries.series import LastEntry, Series, series
from indicators.queries.series_rows import Wanted
from indicators.queries.targets import TargetInForce, Targets, targets_of
from indicators.queries.values import ValueRow, latest_change, values
from indicators.queries.values_sql import ValueFilter
from indicators.queries.versions import Rules, VersionRow, differences, rules_of, sheet_of, versions_of
from indicators.queries.why import Child, Entry, Why, why

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
