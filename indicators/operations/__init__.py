"""Change indicators, targets and observations. Each function is one thing that a person or a job can do."""

from indicators.operations.bulk import Row, Tally, record_observations
from indicators.operations.definitions import save_indicator, set_reporters
from indicators.operations.observations import (
    Recorded,
    enter_figure,
    record_observation,
    withdraw_figure,
    withdraw_observation,
)
from indicators.operations.refusals import DefinitionRefused, MayNotEnter, ObservationRefused
from indicators.operations.rollup import drain_figure, drain_rollups, follow_tree, queue_all, rebuild_values
from indicators.operations.targets import set_target
from indicators.operations.validation import refuse_impossible

__all__ = [
    "DefinitionRefused",
    "MayNotEnter",
    "ObservationRefused",
    "Recorded",
    "Row",
    "Tally",
    "drain_figure",
    "drain_rollups",
    "enter_figure",
    "follow_tree",
    "queue_all",
    "rebuild_values",
    "record_observation",
    "record_observations",
    "refuse_impossible",
    "save_indicator",
    "set_reporters",
    "set_target",
    "withdraw_figure",
    "withdraw_observation",
]
