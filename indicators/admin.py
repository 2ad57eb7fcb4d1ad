"""Administer areas of True North, definitions, targets and who is expected to report."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from indicators.choices import DERIVED
from indicators.forms.rules import RuleForm
from indicators.forms.sheets import IndicatorForm, TargetForm
from indicators.models import Area, Indicator, LeftOut, Reporter, Target, ValidationRule
from indicators.operations import announce_targets, queue_all, store_indicator, store_target
from indicators.operations.doubts.rules import change_rules, follow_rules
from indicators.operations.targets.fitting import targets_of_another_scale
from indicators.queries.entering.closings import later_figures
from indicators.queries.entering.rechecks import Change
from indicators.recheck_words import recheck_text
from organisation.admin.units import UnitAdmin
from organisation.models import Person, Unit

admin.site.unregister(Unit)


@admin.register(Unit)
class ReportingUnitAdmin(UnitAdmin):
    """Units as `organisation` administers them; whoever closes one is told which figures stand after its last day."""

    def save_related(self, request: HttpRequest, form: ModelForm[Unit], formsets: Any, change: bool) -> None:
        """Save the places, and look at the figures if they close the unit, or close it on another day."""
        unit, before = form.instance, form.instance.closes_on
        super().save_related(request, form, formsets, change)
        unit.refresh_from_db(fields=["closes_on"])
        found = later_figures(unit) if unit.closes_on not in {before, None} else None
        if found is not None:
            said = ngettext(
                "%(count)d figure stands for %(unit)s after its last day (%(indicators)s), as late as %(period)s. It "
                "stays in totals: take it back if it should not count.",
                "%(count)d figures stand for %(unit)s after its last day (%(indicators)s), as late as %(period)s. They "
                "stay in totals: take back those that should not count.",
                found.number,
            )
            told = {"unit": unit, "indicators": ", ".join(found.indicators), "period": found.newest}
            messages.warning(request, said % {"count": found.number, **told})


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin[Area]):
    list_display = ("code", "name_en", "name_fr", "position")
    list_editable = ("position",)


class ReporterInline(admin.TabularInline[Reporter, Indicator]):
    model = Reporter
    autocomplete_fields = ("unit",)
    extra = 0


class LeftOutInline(admin.TabularInline[LeftOut, Indicator]):
    model = LeftOut
    autocomplete_fields = ("unit",)
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin[Indicator]):
    form = IndicatorForm
    list_display = ("code", "name_en", "name_fr", "kind", "frequency", "status", "version")
    list_filter = ("kind", "frequency", "status", "area")
    search_fields = ("code", "name_en", "name_fr")
    readonly_fields = ("version",)
    autocomplete_fields = ("owner", "complementary")
    inlines = (
        ReporterInline,
        LeftOutInline,
    )

    def get_inlines(self, request: HttpRequest, obj: Indicator | None) -> Any:
        """Leave out who reports where nobody does: it is computed."""
        return () if obj is not None and obj.kind in DERIVED else super().get_inlines(request, obj)

    def get_form(self, request: HttpRequest, obj: Indicator | None = None, *args: Any, **kwargs: Any) -> Any:
        """Tell the form what day it is."""
        return type(
            "DatedIndicatorForm",
            (super().get_form(request, obj, *args, **kwargs),),
            {"today": timezone.localdate()},
        )

    def save_model(self, request: HttpRequest, obj: Indicator, form: ModelForm[Indicator], _change: bool) -> None:
        """Save by the same operation as an import does."""
        store_indicator(
            obj,
            form.changed_data,
            now=timezone.now(),
            complementary=form.cleaned_data["complementary"],
            by=Person.objects.get(email=request.user.get_username()),
            reason=form.cleaned_data["reason"],
            takes_effect_on=form.cleaned_data["takes_effect_on"],
        )
        warning = targets_of_another_scale(obj, now=timezone.now()) if "factor" in form.changed_data else ""
        if warning:
            messages.warning(request, warning)

    def save_related(self, request: HttpRequest, form: ModelForm[Indicator], formsets: Any, change: bool) -> None:
        """Save who reports, and let coverage follow."""
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            queue_all(indicators=[form.instance.pk], now=timezone.now())


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin[Target]):
    form = TargetForm
    list_display = ("indicator", "unit", "valid_from", "valid_to", "target", "threshold", "band_low", "band_high")
    list_filter = ("indicator",)
    search_fields = ("indicator__code", "unit__code")
    autocomplete_fields = ("indicator", "unit")

    def save_model(self, request: HttpRequest, obj: Target, form: ModelForm[Target], change: bool) -> None:
        """Save beside what stood there before, and let open pages look again."""
        now = timezone.now()
        store_target(obj, by=Person.objects.get(email=request.user.get_username()), now=now)
        announce_targets(obj.indicator, now=now)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Target]:
        """Leave out what has been replaced: it is history, which the page of the figure's targets tells."""
        return Target.objects.standing()


@admin.register(ValidationRule)
class ValidationRuleAdmin(admin.ModelAdmin[ValidationRule]):
    """Rules are made and ended, never changed: "why?" may still name one that doubted a figure."""

    form = RuleForm
    list_display = ("indicator", "kind", "low", "high", "periods", "width", "other", "most", "is_percent")
    list_filter = ("kind",)
    search_fields = ("indicator__code",)
    autocomplete_fields = ("indicator", "other")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ValidationRule]:
        """Leave out those that have ended."""
        return ValidationRule.objects.in_force()

    def has_change_permission(self, request: HttpRequest, obj: ValidationRule | None = None) -> bool:
        """Let nobody change a rule."""
        return obj is None and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: ValidationRule, form: ModelForm[ValidationRule], change: bool
    ) -> None:
        """Make it in the name of whoever is signed in, and look again at the figures that stand."""
        _change(request, Change(indicator=obj.indicator, made=[obj], since=form.cleaned_data["since"]))

    def delete_model(self, request: HttpRequest, obj: ValidationRule) -> None:
        """End it, with its doubts."""
        _change(request, Change(indicator=obj.indicator, ended=[obj]))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ValidationRule]) -> None:
        """End them, with their doubts."""
        for rule in queryset.select_related("indicator", "other"):
            _change(request, Change(indicator=rule.indicator, ended=[rule]))


def _change(request: HttpRequest, change: Change) -> None:
    """Begin or end rules, say what that came to, and let the values follow once it is saved."""
    now = timezone.now()
    found = change_rules(change, by=Person.objects.get(email=request.user.get_username()), now=now)
    messages.info(request, recheck_text(found))
    transaction.on_commit(lambda: follow_rules(change, found, now=timezone.now()))
