"""Statistical process control: pure arithmetic on exact numbers. Knows no Django.

`xmr_chart(points, …)` for a tile, a chart or a table; `answer(body)` for `POST /api/v1/spc/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indicators.spc import plotthedots, qicharts
from indicators.spc.numbers import SpcRefused
from indicators.spc.runs import Runs, runs
from indicators.spc.xmr import Lines, Segment, XmrChart, xmr_chart

__all__ = ["Lines", "Runs", "Segment", "SpcRefused", "XmrChart", "answer", "runs", "xmr_chart"]


def answer(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart that a program asks for: `chart` (none means xmr) and the keys of a reference case's `input`.

    The answer has the keys of the case's `expected`. Raises `SpcRefused` with a stable code.
    """
    chart = body.get("chart") or "xmr"
    return plotthedots.answer(body) if chart == "xmr" else qicharts.answer(str(chart), body)
