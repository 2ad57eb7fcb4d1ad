"""Continuity: the same provider again, and silence between contacts."""

from __future__ import annotations

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import column
from trajectories.calculations.summaries import Answer, months, percentile, rounded


def contacts(asked: Asked) -> pl.DataFrame:
    """Return the events that are contacts: those of `activities`, or all of them."""
    given = asked.params.get("activities")
    return asked.log if given is None else asked.log.filter(pl.col("activity").is_in(asked.activities("activities")))


def workload(asked: Asked) -> Answer:
    """Return by month the contacts and how many different workers had them; no worker is told from another."""
    by_month = contacts(asked).group_by(month=months("day")).agg(pl.len(), pl.col("worker").drop_nulls().n_unique())
    return {month: [seen, workers] for month, seen, workers in by_month.sort("month").iter_rows()}


def contacts_by_month(asked: Asked) -> Answer:
    """Return the number of contacts by month."""
    return dict(contacts(asked).group_by(month=months("day")).len().sort("month").iter_rows())


def by_case(asked: Asked) -> pl.DataFrame:
    """Return `upc`, `coc`, `secon` of each case with enough contacts, and day and team of its last contact.

    UPC is the largest share of one provider; COC (Bice and Boxerman 1977) is (Σnᵢ² − N) ÷ (N(N−1)); SECON is the share
    of consecutive contacts with the same provider. Contacts without a provider are not contacts here.
    """
    provider = column(asked.log, asked.text("column", "worker"))
    least = max(int(asked.number("min_contacts", 2) or 2), 2)
    seen = contacts(asked).select("case", "day", "team", provider=pl.col(provider)).drop_nulls("provider")
    same = (pl.col("provider") == pl.col("provider").shift(1)).sum()
    ordered = seen.group_by("case", maintain_order=True).agg(
        n=pl.len().cast(pl.Int64), same=same.cast(pl.Int64), day=pl.col("day").last(), team=pl.col("team").last()
    )
    squares = (
        seen.group_by("case", "provider")
        .agg(n=pl.len().cast(pl.Int64))
        .group_by("case")
        .agg(squares=(pl.col("n") ** 2).sum(), largest=pl.col("n").max())
    )
    n = pl.col("n")
    return (
        ordered.filter(n >= least)
        .join(squares, on="case", how="left", maintain_order="left")
        .with_columns(
            upc=pl.col("largest") / n, coc=(pl.col("squares") - n) / (n * (n - 1)), secon=pl.col("same") / (n - 1)
        )
    )


def continuity(asked: Asked) -> Answer:
    """Return the means over cases of the three indices; nothing of no case."""
    cases = by_case(asked)
    return {
        "cases": cases.height,
        "upc_mean": rounded(cases["upc"].mean()),
        "upc_median": percentile(cases["upc"], 0.5),
        "coc_mean": rounded(cases["coc"].mean()),
        "secon_mean": rounded(cases["secon"].mean()),
        "cases_single_provider": int((cases["largest"] == cases["n"]).sum()),
    }


def silences(asked: Asked) -> pl.DataFrame:
    """Return the pairs of consecutive contacts whose dates are more than N days apart: `case`, `day`, `team`, `days`."""
    between = (pl.col("day") - pl.col("day").shift(1).over("case")).dt.total_days()
    found = contacts(asked).select("case", "day", "team", days=between)
    return found.filter(pl.col("days") > asked.required_number("N"))


def gaps(asked: Asked) -> Answer:
    """Return how many gaps strictly over N days; with `closing` and `as_of` also the open cases silent for longer."""
    found = silences(asked)
    answer: Answer = {
        "gaps": found.height,
        "cases": found["case"].n_unique(),
        "cases_total": contacts(asked)["case"].n_unique(),
        "longest": found["days"].max(),
    }
    if asked.as_of is not None and asked.params.get("closing") is not None:
        answer["open_cases_silent_over_N"] = _silent(asked)
    return answer


def silent_spells(asked: Asked) -> pl.DataFrame:
    """Return how long open cases were silent: `team` and `day` of a contact, `until` the next, or the first closing event.

    `until` is exclusive; null: still so. As of the end of a day, that is of the midnight after it, a silence is of more
    than N days if its `day` is N days back.
    """
    closed = asked.log.filter(pl.col("activity").is_in(asked.leaving("closing")))
    first = closed.group_by("case").agg(closed=pl.col("day").min())
    return (
        contacts(asked)
        .select("case", "team", "day", after=pl.col("day").shift(-1).over("case"))
        .join(first, on="case", how="left", maintain_order="left")
        .select("case", "team", "day", until=pl.min_horizontal("after", "closed"))
        .filter(pl.col("until").is_null() | (pl.col("until") > pl.col("day")))
    )


def silent_open(asked: Asked) -> Answer:
    """Return how many open cases have been silent for more than N days, as of the end of the log's last day or `as_of`."""
    last, days = pl.lit(asked.last_day()), asked.required_number("N")
    still = pl.col("until").is_null() | (pl.col("until") > last)
    found = silent_spells(asked).filter(still, (last - pl.col("day")).dt.total_days() >= days)
    return {"open_cases_silent_over_N": found.height}


def _silent(asked: Asked) -> int:
    """Count the cases with a contact, without a closing event, whose last contact is over N days before `as_of`."""
    closed = asked.log.filter(pl.col("activity").is_in(asked.activities("closing"))).select("case").unique()
    last = contacts(asked).join(closed, on="case", how="anti").group_by("case").agg(pl.col("day").max())
    today = asked.as_of.date() if asked.as_of else None
    return last.filter((pl.lit(today) - pl.col("day")).dt.total_days() > asked.required_number("N")).height
