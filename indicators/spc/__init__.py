"""Statistical process control: pure arithmetic on exact numbers. Knows no Django.

`xmr_chart(points, …)` and `shewhart_chart(kind, …)` for a tile, a chart or a table; `answer(body)` for
`POST /api/v1/spc/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indicators.spc import plotthedots, qicharts
from indicators.spc.chart import ControlChart, Lines, Segment
from indicators.spc.judging import shewhart_chart
from indicators.spc.numbers import SpcRefused
from indicators.spc.runs import Runs, runs
from indicators.spc.xmr import xmr_chart

__all__ = [
    "ControlChart", "Lines", "Runs", "Segment", "SpcRefused", "answer", "runs", "shewhart_chart", "xmr_chart",
]  # fmt: skip


def answer(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart that a program asks for: `chart` (none means xmr) and the keys of a reference case's `input`.

    The answer has the keys of the case's `expected`. Raises `SpcRefused` with a stable code.
    """
    chart = body.get("chart") or "xmr"
    return plotthedots.answer(body) if chart == "xmr" else qicharts.answer(str(chart), body)
