"""Administer the fiscal calendar; the days of all other periods follow from their codes."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisation.choices import Frequency
from organisation.forms.calendar import PeriodFormSet
from organisation.models import Period


class FiscalYear(admin.SimpleListFilter):
    """Show one fiscal year at a time."""

    title = gettext_lazy("fiscal year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer the years that the calendar holds."""
        years = Period.objects.filter(frequency=Frequency.FISCAL_YEAR).order_by("starts_on")
        return [(code, code) for code in years.values_list("code", flat=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Period]) -> QuerySet[Period]:
        """Keep the year that was chosen, and its periods."""
        return queryset.filter(code__startswith=self.value() or "")


@admin.register(Period)
class PeriodAdmin(admin.ModelAdmin[Period]):
    """Fiscal years and their periods, edited in the list, where both sides of a boundary are at hand."""

    list_display = ("code", "frequency", "starts_on", "ends_on")
    list_display_links = None
    list_editable = ("starts_on", "ends_on")
    list_filter = (FiscalYear,)
    search_fields = ("code",)
    ordering = ("code",)
    list_per_page = 14

    def get_queryset(self, request: HttpRequest) -> QuerySet[Period]:
        """Show what the organisation decides."""
        return super().get_queryset(request).filter(frequency__in=[Frequency.FISCAL_PERIOD, Frequency.FISCAL_YEAR])

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Check the dates of a whole year together."""
        return super().get_changelist_formset(request, formset=PeriodFormSet, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a fiscal year is added whole, by `add_fiscal_year`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Period | None = None) -> bool:
        """Refuse: a year without a period has a gap."""
        return False

    def save_model(self, request: HttpRequest, obj: Period, form: ModelForm[Period], change: bool) -> None:
        """Save the dates, and say what does not follow by itself."""
        super().save_model(request, obj, form, change)
        text = _("%(code)s has new dates. Its figures follow when “refresh --full” is run.") % {"code": obj.code}
        self.message_user(request, text, messages.WARNING)
