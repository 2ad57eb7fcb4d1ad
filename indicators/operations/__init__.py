"""Change indicators, targets and observations. Each function is one thing that a person or a job can do."""

from indicators.choices import ALWAYS
from indicators.operations.definitions.indicators import (
    Outcome,
    import_definition,
    link_complementary,
    refuse_unsound,
    save_indicator,
    set_reporters,
    store_indicator,
)
from indicators.operations.definitions.versions import break_line, refuse_backdated, restate
from indicators.operations.refusals import DefinitionRefused, MayNotEnter, ObservationRefused
from indicators.operations.reporting.bulk import Row, Tally, record_observations
from indicators.operations.reporting.first_figures import record_first_observations
from indicators.operations.reporting.observations import (
    Recorded,
    enter_figure,
    record_observation,
    withdraw_figure,
    withdraw_observation,
)
from indicators.operations.reporting.validation import refuse_impossible
from indicators.operations.rollup.values import drain_figure, drain_rollups, follow_tree, queue_all, rebuild_values
from indicators.operations.targets.fitting import refuse_unfit_targets
from indicators.operations.targets.setting import (
    TargetGiven,
    announce_targets,
    end_target,
    proposed_target,
    set_target,
    store_target,
)
from indicators.operations.targets.sound import refuse_unsound_target

__all__ = [
    "ALWAYS",
    "DefinitionRefused",
    "MayNotEnter",
    "ObservationRefused",
    "Outcome",
    "Recorded",
    "Row",
    "Tally",
    "TargetGiven",
    "announce_targets",
    "break_line",
    "drain_figure",
    "drain_rollups",
    "end_target",
    "enter_figure",
    "follow_tree",
    "import_definition",
    "link_complementary",
    "proposed_target",
    "queue_all",
    "rebuild_values",
    "record_first_observations",
    "record_observation",
    "record_observations",
    "refuse_backdated",
    "refuse_impossible",
    "refuse_unfit_targets",
    "refuse_unsound",
    "refuse_unsound_target",
    "restate",
    "save_indicator",
    "set_reporters",
    "set_target",
    "store_indicator",
    "store_target",
    "withdraw_figure",
    "withdraw_observation",
]
