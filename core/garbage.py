"""Garbage collection of a process that answers requests."""

import gc

#: Objects made before the youngest are searched for cycles. Python's own 700 is a tenth of what a wall of 20 tiles is made of,
#: all of it needed until the wall is drawn: to search it some ten times takes a tenth of the wall's time.
YOUNG = 10_000


def settle() -> None:
    """Leave what is loaded out of garbage collection, and look less often at what is made from now on.

    To search all code again and again takes a fifth of a wall's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
