"""Turn a drawing into a picture: SVG in, PNG out, the same on every machine."""

from pathlib import Path

import font_source_sans_pro
import resvg_py

#: Pixels of the picture's width: sharp on a slide.
WIDTH = 1600
FAMILY = "Source Sans Pro"
#: The two weights that drawings use. Fonts of the machine are left alone: it may have none.
FONTS = [
    str(Path(font_source_sans_pro.font_directory) / f"SourceSansPro-{weight}.ttf") for weight in ("Regular", "Semibold")
]


def png(svg: str) -> bytes:
    """Return the picture of a drawing that stands alone."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=WIDTH,
            font_files=FONTS,
            skip_system_fonts=True,
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )
