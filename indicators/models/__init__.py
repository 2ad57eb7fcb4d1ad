"""Indicators, their targets and validation rules, observations as reported, values as rolled up."""

from indicators.models.definitions import Area, Component, DefinitionVersion, Indicator, LeftOut, Reporter
from indicators.models.figures import EarlierEntry, Observation, Parts, Value
from indicators.models.imports import ColumnMapping, ImportBatch, ImportDraft, ImportedFigure
from indicators.models.locks import PeriodLock, PeriodLockQuerySet
from indicators.models.people import PeopleKeys
from indicators.models.queue import StaleValue, TreeFollowed
from indicators.models.targets import ChartMark, ChartMarkQuerySet, Target, TargetQuerySet
from indicators.models.validation import Confirmation, ValidationRule, ValidationRuleQuerySet

__all__ = [
    "Area",
    "ChartMark",
    "ChartMarkQuerySet",
    "ColumnMapping",
    "Component",
    "Confirmation",
    "DefinitionVersion",
    "EarlierEntry",
    "ImportBatch",
    "ImportDraft",
    "ImportedFigure",
    "Indicator",
    "LeftOut",
    "Observation",
    "Parts",
    "PeopleKeys",
    "PeriodLock",
    "PeriodLockQuerySet",
    "Reporter",
    "StaleValue",
    "Target",
    "TargetQuerySet",
    "TreeFollowed",
    "ValidationRule",
    "ValidationRuleQuerySet",
    "Value",
]
