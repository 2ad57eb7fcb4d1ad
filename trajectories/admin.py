"""Trajectories in the administration site: read mostly, for events and refreshes are made by jobs."""

from django.contrib import admin
from django.http import HttpRequest

from trajectories.models import BoundMeasure, EventBatch, Refresh, Trajectory


class _ReadOnly:
    """Rows that only operations make."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class BoundMeasureInline(_ReadOnly, admin.TabularInline[BoundMeasure, Trajectory]):
    model = BoundMeasure
    fields = ("indicator", "measure", "params")
    extra = 0


@admin.register(Trajectory)
class TrajectoryAdmin(_ReadOnly, admin.ModelAdmin[Trajectory]):
    list_display = ("code", "name", "timezone", "version", "stale_since", "measured_on")
    search_fields = ("code", "name_en", "name_fr")
    inlines = (BoundMeasureInline,)


@admin.register(EventBatch)
class EventBatchAdmin(_ReadOnly, admin.ModelAdmin[EventBatch]):
    list_display = ("name", "trajectory", "imported_at", "imported_by", "rows_read", "rows_new", "rows_refused")
    list_filter = ("trajectory",)
    list_select_related = ("trajectory", "imported_by")


@admin.register(Refresh)
class RefreshAdmin(_ReadOnly, admin.ModelAdmin[Refresh]):
    list_display = ("trajectory", "started_at", "finished_at", "events", "observations_changed", "fault", "detail")
    list_filter = ("trajectory",)
    list_select_related = ("trajectory",)
