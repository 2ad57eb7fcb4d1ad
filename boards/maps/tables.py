"""The same map as rows: of a table beside it, and of the list that stands for it on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from boards.maps import words
from boards.maps.faces import StepRow, WayRow
from boards.maps.facts import Told, total
from boards.maps.layout import Layout
from trajectories.calculations.maps.pictures import Delay, Link, Picture


def step_rows(picture: Picture, names: Sequence[str], layout: Layout, told: Sequence[Told]) -> tuple[StepRow, ...]:
    """Return the steps in order, each with the delay of the way that most people came by."""
    rows = []
    for node, step, name in zip(layout.nodes, picture.steps, names, strict=True):
        coming = [link for link in picture.links if link.target == node.place]
        main = max((link for link in coming if not link.is_back), key=_people, default=None)
        delay = main.delay if main else Delay()
        back = [link.delay.n for link in coming if link.is_back]
        css, change = words.trend(delay.change)
        rows.append(
            StepRow(
                name=name,
                people=words.count_text(step.people),
                waiting=words.count_text(step.waiting),
                longest=words.days_text(step.longest),
                dropped=words.count_text(step.dropped),
                back=words.sum_text(total(back)),
                css=told[node.place].css,
                figure=told[node.place].figure,
                facts=told[node.place].facts,
                came_from="" if main is None or main.source == node.place - 1 else names[main.source],
                delay="" if delay.median is None else words.days_text(delay.median),
                most=words.most_wait_text(delay.p90),
                trend=change,
                trend_css=css,
                radius=node.radius,
                inner=node.inner,
                is_branch=node.is_branch,
            )
        )
    return tuple(rows)


def way_rows(picture: Picture, names: Sequence[str]) -> tuple[WayRow, ...]:
    """Return the ways that anybody went lately, in the order of the steps they leave."""
    return tuple(_way(link, names) for link in picture.links if link.delay.n != 0)


def _people(link: Link) -> int:
    return link.delay.n or 0


def _way(link: Link, names: Sequence[str]) -> WayRow:
    delay = link.delay
    css, told = words.trend(delay.change)
    return WayRow(
        source=names[link.source],
        target=names[link.target],
        is_back=link.is_back,
        people=words.count_text(delay.n),
        median=words.days_text(delay.median),
        p90=words.days_text(delay.p90),
        before=words.days_text(delay.median_before),
        trend=told,
        trend_css=css,
    )
