"""Check the dates of fiscal periods, a whole year at a time."""

from django.core.exceptions import ValidationError
from django.forms import BaseModelFormSet, ModelForm
from django.utils.translation import gettext as _

from organisation.calculations.calendar import Break, Days, breaks
from organisation.choices import Frequency
from organisation.models import Period


class PeriodFormSet(BaseModelFormSet[Period, ModelForm[Period]]):
    """Rows of the calendar edited together; a boundary moves by changing the two periods that share it."""

    def clean(self) -> None:
        """Refuse dates that leave a gap in a fiscal year, or put a day into two of its periods."""
        super().clean()
        if any(self.errors):
            return
        edited = {form.instance.code: form.cleaned_data for form in self.forms if form.has_changed()}
        for year in sorted({code[:6] for code in edited}):
            rows = {
                code: Days(code, first, last)
                for code, first, last in Period.objects.filter(
                    code__startswith=year, frequency__in=[Frequency.FISCAL_PERIOD, Frequency.FISCAL_YEAR]
                ).values_list("code", "starts_on", "ends_on")
            }
            rows |= {
                code: Days(code, cells["starts_on"], cells["ends_on"])
                for code, cells in edited.items()
                if code.startswith(year)
            }
            whole = rows.pop(year, None)
            for fault in breaks(whole, list(rows.values())) if whole else []:
                raise ValidationError(_sentence(fault))


def _sentence(fault: Break) -> str:
    named = {"former": fault.former, "code": fault.code}
    if fault.is_overlap:
        return _("%(former)s and %(code)s overlap.") % named
    return _("There is a gap between %(former)s and %(code)s.") % named
