"""Tell apart rows that are the same in every column: the first, the second, the third."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]


class Occurrences:
    """Number equal rows of a stream in the order in which they come, in eight bytes a row.

    Hashes seen are kept in sorted runs, merged when they are of like size, so that a long file costs little more a row
    than a short one. Two different rows whose 64 bits agree would be taken for one row twice; that does no harm but
    that a later import of the same rows in another order could take one of them for new.
    """

    def __init__(self) -> None:
        self._runs: list[Hashes] = []
        self._repeats: Counter[int] = Counter()

    def number(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """Return for each row how many equal rows came before it."""
        numbers = np.zeros(len(hashes), dtype=np.int64)
        distinct, counts = np.unique(hashes, return_counts=True)
        seen = np.zeros(len(distinct), dtype=bool)
        for run in self._runs:
            places = np.searchsorted(run, distinct).clip(max=len(run) - 1)
            seen |= run[places] == distinct
        for place in np.flatnonzero(np.isin(hashes, distinct[seen | (counts > 1)])):
            one = int(hashes[place])
            numbers[place] = self._repeats[one] or int(seen[np.searchsorted(distinct, hashes[place])])
            self._repeats[one] = int(numbers[place]) + 1
        self._keep(distinct[~seen])
        return numbers

    def _keep(self, fresh: Hashes) -> None:
        if not len(fresh):
            return
        self._runs.append(fresh)
        while len(self._runs) > 1 and len(self._runs[-2]) <= 2 * len(self._runs[-1]):
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate([self._runs[-1], last]), kind="stable")
