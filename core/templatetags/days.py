"""Days in templates. Django's own filter writes "1 avril"; French says "1er avril"."""

import datetime as dt

from django import template
from django.template.defaultfilters import date as written
from django.utils.formats import get_format

from core.days import of_first_day

register = template.Library()


@register.filter(name="date", expects_localtime=True, is_safe=False)
def date(day: dt.date | None, pattern: str = "DATE_FORMAT") -> str:
    """Write a day as Django's filter does, which this one replaces in every template (settings, `builtins`)."""
    if isinstance(day, dt.date) and day.day == 1:
        pattern = of_first_day(get_format(pattern))
    return written(day, pattern)
