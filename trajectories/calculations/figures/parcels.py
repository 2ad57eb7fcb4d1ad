"""What a share of the cases comes to, and packing it so that another machine can open it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from trajectories.calculations.figures.sums import Sums, summed, total

DAYS: dict[str, type[pl.DataType]] = {"day": pl.Date, "cases": pl.Int64}


@dataclass(frozen=True)
class Part:
    """What some cases come to.

    days   day, cases: how many events each day has
    sums   of each measure, by the id of its row
    rows   of each measure that looks at a person across cases: the events it needs, to be put together with the others'
    people of each measure of different people: unit, period, member (keyed hash), each once
    """

    days: pl.DataFrame
    sums: Mapping[int, Sums]
    rows: Mapping[int, pl.DataFrame]
    people: Mapping[int, pl.DataFrame]


def joined(parts: Sequence[Part]) -> Part:
    """Return what several shares come to together."""
    return Part(
        summed([part.days for part in parts], DAYS),
        {pk: total([part.sums[pk] for part in parts]) for pk in parts[0].sums},
        {pk: pl.concat([part.rows[pk] for part in parts]) for pk in parts[0].rows},
        {pk: pl.concat([part.people[pk] for part in parts]).unique() for pk in parts[0].people},
    )


def packed(part: Part) -> bytes:
    """Return a part as bytes: an archive of Arrow files."""
    frames = {"days": part.days}
    for pk, sums in part.sums.items():
        frames |= {f"sums/{pk}/{one.name}": getattr(sums, one.name) for one in fields(Sums)}
    frames |= {f"rows/{pk}": rows for pk, rows in part.rows.items()}
    frames |= {f"people/{pk}": people for pk, people in part.people.items()}
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w") as archive:
        for name, frame in frames.items():
            file = io.BytesIO()
            frame.write_ipc(file, compression="zstd")
            archive.writestr(name, file.getvalue())
    return text.getvalue()


def opened(parcel: bytes) -> Part:
    """Return the part that was packed."""
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        frames = {name: pl.read_ipc(io.BytesIO(archive.read(name))) for name in archive.namelist()}
    ids = {int(name.split("/")[1]) for name in frames if name.startswith("sums/")}
    return Part(
        frames["days"],
        {pk: Sums(**{one.name: frames[f"sums/{pk}/{one.name}"] for one in fields(Sums)}) for pk in ids},
        *(
            {int(name.removeprefix(kind)): frame for name, frame in frames.items() if name.startswith(kind)}
            for kind in ("rows/", "people/")
        ),
    )
