"""Where people stand and which ways they took: what boards show of a trajectory without reading its events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from organisation.models import Unit
from trajectories.models.definitions import Trajectory


class FlowFace(models.Model):
    """Where people stood in a trajectory at its last refresh, for one unit and all below it (none: everyone).

    Kept because every board shows it and no board may read events to be drawn.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", null=True)
    as_of = models.DateTimeField()
    #: In the order of the steps: [{"code", "people", "waiting", "longest_wait", "median_delay"}, …]
    steps = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "unit"], nulls_distinct=False, name="one_flow_face_per_trajectory_and_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.unit_id}"


class FlowMap(models.Model):
    """The map of a trajectory as the events had it at a moment, for one unit and all below it (none: everyone).

    Kept because it takes all events to draw, and is drawn on every page and every large tile. Replaced as a whole.
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", null=True)
    as_of = models.DateTimeField()
    #: As `trajectories.queries.maps` writes and reads it.
    picture = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "unit"], nulls_distinct=False, name="one_flow_map_per_trajectory_and_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.unit_id}"


class PastMap(models.Model):
    """The map of a trajectory at the end of a past day, for one unit and all below it (none: everyone).

    Kept because it takes all events of the time to draw. It stands as long as the log, the definition and the units of
    that day do (`state`).
    """

    trajectory = models.ForeignKey(Trajectory, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", null=True)
    state = models.CharField(max_length=32)
    drawn_at = models.DateTimeField()
    #: How long it took to draw those of all units, and of how many events.
    seconds = models.FloatField()
    events = models.BigIntegerField()
    #: As `trajectories.queries.maps` writes and reads it.
    picture = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["trajectory", "day", "unit"],
                nulls_distinct=False,
                name="one_past_map_per_trajectory_day_and_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trajectory_id} {self.day} {self.unit_id}"
