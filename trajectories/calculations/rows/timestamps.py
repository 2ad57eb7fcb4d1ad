"""Read times as logs write them: date only, with or without fractions, with or without an offset."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import polars as pl

#: 2024-12-31, 2024-12-31T08:00, 2024-12-31 08:00:00.123456, each with Z, +02:00, +0200 or +02 behind it or not.
PATTERN = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minutes>\d{2}:\d{2})(?::(?P<seconds>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<sign>Z|[+-])?(?P<hours>\d{2})?(?::?(?P<rest>\d{2}))?$"
)
#: No place on earth is further from Greenwich (Kiritimati is +14; a margin for old local times).
MOST_SECONDS = 16 * 3600


#: 31/12/2024, 31-12-2024 8:05, 12.31.2024 08:05:00 PM, 31/12/2024 8 h 05, 20241231, 20241231080500.25-0500
OTHER = (
    r"^(?P<one>\d{1,4})(?P<between>[-/. ]?)(?P<two>\d{1,2})[-/. ]?(?P<three>\d{1,4})"
    r"(?:[T ,]*(?P<hour>\d{1,2})(?::?(?P<minute>\d{2}))(?::?(?P<second>\d{2}(?:[.,]\d{1,9})?))?)?"
    r"\s*(?P<half>[AaPp])?\.?[Mm]?\.?\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?$"
)
#: The hour as it is written in French: 8 h 05, 8h05.
HOURS = r"\s+(\d{1,2})\s*[hH]\s*(\d{2})"
COMPACT = r"^(\d{4})(\d{2})(\d{2})"
#: A time that most logs write and that needs no pattern: so many bytes of `2024-12-31 08:00:00`, or with a T.
PLAIN_LENGTH = 19
NOON = 12
#: Between these every clock can tell a moment, in every time zone.
FIRST, LAST = dt.datetime(1, 1, 2), dt.datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - walls have no zone


class DateOrder(StrEnum):
    """In which order a source writes year, month and day."""

    ISO = "iso"
    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


def read_times(texts: pl.Series, zone: str, order: str = DateOrder.ISO) -> pl.DataFrame:
    """Return `wall` (without zone) and `offset` (seconds, null where none was written); wall is null where unreadable.

    A time with an offset is an instant: its wall clock is that of `zone`. A time without one stands as it is written.
    """
    read = _read(texts if order == DateOrder.ISO else _as_iso(texts, order), zone)
    return read.with_columns(wall=kept_moments(read["wall"]))


def kept_moments(moments: pl.Series) -> pl.Series:
    """Return moments, null in place of those that neither a database nor a calendar of four digits can hold."""
    is_kept = moments.is_between(FIRST, LAST)
    if is_kept.all():
        return moments
    return pl.select(pl.when(is_kept).then(moments)).to_series().rename(moments.name)


def _read(texts: pl.Series, zone: str) -> pl.DataFrame:
    """Read times in ISO 8601."""
    plain = _plain(texts)
    if plain is not None:
        return plain.rename("wall").to_frame().with_columns(offset=pl.lit(None, dtype=pl.Int32))
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


def _plain(texts: pl.Series) -> pl.Series | None:
    """Return the times where all are written in the one usual way, which is read in a tenth of the time; else None."""
    lengths = texts.str.len_bytes()
    if lengths.min() != PLAIN_LENGTH or lengths.max() != PLAIN_LENGTH or texts.str.contains(r"[^0-9T :-]").any():
        return None
    between = "T" if "T" in str(texts.drop_nulls().first()) else " "
    read = texts.str.to_datetime(f"%Y-%m-%d{between}%H:%M:%S", time_unit="us", strict=False)
    return read if read.null_count() == texts.null_count() else None


def _as_iso(texts: pl.Series, order: str) -> pl.Series:
    """Return times of another order as ISO 8601; what does not fit becomes null.

    Times in ISO 8601 among them mean what they always mean: cells of a spreadsheet that are dates come so.
    """
    colons = texts.str.strip_chars().str.replace(HOURS, " $1:$2")
    spaced = colons.str.replace(COMPACT, "$1-$2-$3 ") if order == DateOrder.YMD else colons
    parts = spaced.rename("text").str.strip_chars().str.extract_groups(OTHER).struct.unnest()
    places = dict(zip(order, ("one", "two", "three"), strict=True))
    hour = pl.col("hour").cast(pl.Int32)
    half = pl.col("half").str.to_lowercase()
    of_day = pl.when(half == "p").then(hour % NOON + NOON).when(half == "a").then(hour % NOON).otherwise(hour)
    time = pl.concat_str(
        pl.lit(" "),
        of_day.cast(pl.String).str.zfill(2),
        pl.lit(":"),
        "minute",
        pl.lit(":"),
        pl.col("second").fill_null("00"),
    )
    date = pl.concat_str(
        places["y"],
        pl.col(places["m"]).str.zfill(2),
        pl.col(places["d"]).str.zfill(2),
        separator="-",
    )
    is_year = pl.col(places["y"]).str.len_bytes() == 4  # noqa: PLR2004 - years have four digits
    text = pl.concat_str(date, time.fill_null(""), pl.col("offset").fill_null(""))
    is_iso = texts.str.strip_chars().str.contains(PATTERN)
    return parts.select(pl.when(is_year).then(text).when(is_iso).then(texts)).to_series()
