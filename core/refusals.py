"""What all refusals have in common."""

from typing import ClassVar

from django.utils.functional import Promise


class Refused(Exception):
    """Something that cannot be done. The class is the reason; `str()` is the sentence in the reader's language."""

    #: Stable, for programs.
    code: ClassVar[str]
    sentence: ClassVar[str | Promise]

    def __str__(self) -> str:
        return str(self.sentence)
