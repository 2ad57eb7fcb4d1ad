"""Under which keys the sets of people are that came in files or from programs."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class PeopleKeys(models.Model):
    """One row, of what tells the keys from others and nothing else of them. None: no set of people has ever come."""

    mark = models.CharField(max_length=16)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="all_sets_of_people_are_under_the_same_keys"),
        ]

    def __str__(self) -> str:
        return self.mark
