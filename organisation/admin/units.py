"""Administer units and their places in the tree."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.forms.placements import PlacementForm, PlacementFormSet
from organisation.models import Placement, Unit
from organisation.operations import rebuild_ancestors


class PlacementInline(admin.TabularInline[Placement, Unit]):
    """The stays of a unit, from its first to its last day."""

    model = Placement
    form = PlacementForm
    formset = PlacementFormSet
    fk_name = "unit"
    autocomplete_fields = ("parent",)
    extra = 0
    min_num = 1
    validate_min = True
    ordering = ("valid_from",)


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin[Unit]):
    """Units, with their moves below."""

    list_display = ("code", "name_en", "name_fr", "kind", "opens_on", "closes_on")
    list_filter = ("kind",)
    search_fields = ("code", "name_en", "name_fr")
    readonly_fields = ("opens_on", "closes_on")
    inlines = (PlacementInline,)

    def save_model(self, request: HttpRequest, obj: Unit, form: ModelForm[Unit], change: bool) -> None:
        """Save the names; the days follow from the places, which are saved next."""
        obj.opens_on = obj.opens_on or timezone.localdate()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: ModelForm[Unit], formsets: Any, change: bool) -> None:
        """Save the places and bring the tree up to them."""
        super().save_related(request, form, formsets, change)
        if any(rebuild_ancestors()) and change:
            self.message_user(
                request,
                _("The tree has changed. Figures of past periods follow when “refresh --full” is run."),
                messages.WARNING,
            )
