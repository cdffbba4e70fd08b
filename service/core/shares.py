"""Shares with the range that the truth behind a few counted cases may lie in."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964  # standard deviations; between them lie 95 of 100 cases


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` cases; a share of none has no value, and its range is everything."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, in [0, 1]. Source: E. B. Wilson, JASA 22 (1927), 209-212."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.part / self.whole
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        reach = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low = 0.0 if self.part == 0 else max(0.0, middle - reach)
        high = 1.0 if self.part == self.whole else min(1.0, middle + reach)
        return low, high
