"""Read times as logs write them: date only, with or without fractions, with or without an offset."""

from __future__ import annotations

import polars as pl

#: 2024-12-31, 2024-12-31T08:00, 2024-12-31 08:00:00.123456, each with Z, +02:00, +0200 or +02 behind it or not.
PATTERN = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minutes>\d{2}:\d{2})(?::(?P<seconds>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<sign>Z|[+-])?(?P<hours>\d{2})?(?::?(?P<rest>\d{2}))?$"
)
#: No place on earth is further from Greenwich (Kiritimati is +14; a margin for old local times).
MOST_SECONDS = 16 * 3600


def read_times(texts: pl.Series, zone: str) -> pl.DataFrame:
    """Return `wall` (without zone) and `offset` (seconds, null where none was written); wall is null where unreadable.

    A time with an offset is an instant: its wall clock is that of `zone`. A time without one stands as it is written.
    """
    parts = texts.rename("text").str.strip_chars().str.extract_groups(PATTERN).struct.unnest()
    written = pl.concat_str(
        "date",
        pl.lit(" "),
        pl.col("minutes").fill_null("00:00"),
        pl.lit(":"),
        pl.col("seconds").fill_null("00"),
        pl.lit("."),
        pl.col("fraction").fill_null("0"),
    ).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    seconds = pl.col("hours").cast(pl.Int32).fill_null(0) * 3600 + pl.col("rest").cast(pl.Int32).fill_null(0) * 60
    given = pl.when(pl.col("sign") == "-").then(-seconds).when(pl.col("sign").is_not_null()).then(seconds)
    # "2024-12-31 08:0012" is no time, "+" without hours no offset, and Z stands alone.
    spelt = (pl.col("hours").is_not_null() == pl.col("sign").is_in(["+", "-"]).fill_null(value=False)) & (
        given.is_null() | (given.abs() <= MOST_SECONDS)
    )
    times = parts.select(written=pl.when(spelt).then(written), given=given)
    if times["given"].null_count() == times.height:
        return times.select(wall="written", offset="given")
    instant = (pl.col("written") - pl.duration(seconds="given")).dt.replace_time_zone("UTC")
    local = instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    shown = pl.when(pl.col("given").is_null()).then("written").otherwise(local)
    return times.with_columns(wall=shown).select(
        "wall",
        offset=pl.when(pl.col("given").is_not_null())
        .then((pl.col("wall") - instant.dt.replace_time_zone(None)).dt.total_seconds())
        .cast(pl.Int32),
    )
