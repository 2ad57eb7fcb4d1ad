"""What time it is. Views and tasks ask; what they call is told."""

import datetime as dt

from django.utils import timezone


def clock() -> tuple[dt.datetime, dt.date]:
    """Return now, in the organisation's zone, and its day."""
    now = timezone.localtime()
    return now, now.date()
