"""Check the places of one unit together with the tree they stand in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, ModelForm
from django.utils.translation import gettext as _

from organisation.calculations.stays import Row, trimmed
from organisation.calculations.tree import (
    FAR,
    ParentAbsent,
    StandsUnderItself,
    Stay,
    TreeRefused,
    lines_of,
)
from organisation.models import Placement, Unit


class PlacementForm(ModelForm[Placement]):
    """One stay. Whether stays overlap is seen on all of them together: two may exchange days in one saving."""

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the constraints that speak of the unit to the formset, which sees what the database will hold."""
        return {*super()._get_validation_exclusions(), "unit"}  # type: ignore[misc]  # Django has no public way


class PlacementFormSet(BaseInlineFormSet[Placement, Unit, ModelForm[Placement]]):
    """All stays of one unit, which must make a tree with those of all others."""

    def clean(self) -> None:
        """Refuse stays that overlap, that close a loop, or whose parent does not exist on some of their days."""
        super().clean()
        if any(self.errors):
            return
        stays = [self._stay(form.cleaned_data) for form in self.forms if self._is_kept(form)]
        _taken, overlaps = trimmed([Row(number, stay) for number, stay in enumerate(stays)])
        if overlaps or any(stay.last < stay.first for stay in stays):
            raise ValidationError(_("The stays of a unit must not overlap."))
        _must_make_a_tree(stays, of=self.instance)

    def _is_kept(self, form: ModelForm[Placement]) -> bool:
        return bool(form.cleaned_data) and not form.cleaned_data.get("DELETE")

    def _stay(self, cells: dict[str, Any]) -> Stay[str]:
        """Name units by their keys: the code may be changed in this very saving."""
        parent = cells.get("parent")
        last = cells.get("valid_to") or FAR
        return Stay(str(self.instance.pk), str(parent.pk) if parent else None, cells["valid_from"], last)


def _must_make_a_tree(stays: list[Stay[str]], *, of: Unit) -> None:
    others = Placement.objects.exclude(unit=of.pk).values_list("unit", "parent", "valid_from", "valid_to")
    try:
        lines_of(
            stays
            + [
                Stay(str(unit), str(parent) if parent else None, first, last or FAR)
                for unit, parent, first, last in others
            ]
        )
    except StandsUnderItself as refused:
        own = next((loop for loop in refused.loops if loop[0].unit == str(of.pk)), refused.loops[0])
        way = " → ".join(_code(stay.unit, of) for stay in (*own, own[0]))
        raise ValidationError(_("The unit would stand under itself: %(way)s.") % {"way": way}) from refused
    except ParentAbsent as refused:
        absence = refused.absences[0]
        unit, parent = _code(absence.stay.unit, of), _code(str(absence.stay.parent), of)
        raise ValidationError(
            _("%(unit)s would stand under %(parent)s, which does not exist on %(day)s.")
            % {"unit": unit, "parent": parent, "day": absence.first}
        ) from refused
    except TreeRefused as refused:
        raise ValidationError(str(refused)) from refused


def _code(key: str, edited: Unit) -> str:
    """Return the code of a unit, as it would be after the saving."""
    return edited.code if key == str(edited.pk) else Unit.objects.values_list("code", flat=True).get(pk=key)
