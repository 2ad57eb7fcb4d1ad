"""Change indicators, targets and observations. Each function is one thing that a person or a job can do."""

from indicators.choices import ALWAYS
from indicators.operations.bulk import Row, Tally, record_observations
from indicators.operations.definitions import (
    Outcome,
    import_definition,
    link_complementary,
    refuse_unsound,
    save_indicator,
    set_reporters,
    store_indicator,
)
from indicators.operations.first_figures import record_first_observations
from indicators.operations.fitting_targets import refuse_unfit_targets
from indicators.operations.observations import (
    Recorded,
    enter_figure,
    record_observation,
    withdraw_figure,
    withdraw_observation,
)
from indicators.operations.refusals import DefinitionRefused, MayNotEnter, ObservationRefused
from indicators.operations.rollup import drain_figure, drain_rollups, follow_tree, queue_all, rebuild_values
from indicators.operations.sound_targets import refuse_unsound_target
from indicators.operations.targets import (
    TargetGiven,
    announce_targets,
    end_target,
    proposed_target,
    set_target,
    store_target,
)
from indicators.operations.validation import refuse_impossible
from indicators.operations.versions import break_line, refuse_backdated, restate

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
