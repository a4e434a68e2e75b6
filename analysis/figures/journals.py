"""Widths in mm that journals and proceedings of the field ask for, each with its source.

Where a publisher names no width (Taylor & Francis, SAGE, Oxford) its journals take a figure at
the size of their column; the house rules that they do state (embedded fonts, lines of 0.3 pt or
more, no transparent objects) hold for every figure that ``export.save`` writes.
"""

from __future__ import annotations

from typing import NamedTuple

MM_PER_INCH = 25.4
WIDTHS = {"single": 3.5 * MM_PER_INCH, "double": 7.0 * MM_PER_INCH}


class Journal(NamedTuple):
    """Width of one column and of the page in mm, the greatest height, and where that is said."""

    single: float
    double: float
    height: float
    source: str


JOURNALS: dict[str, Journal] = {
    "nature": Journal(89, 183, 247, "Nature, Guide to final submission: 89 mm and 183 mm"),
    "pnas": Journal(87, 178, 225, "PNAS, Digital art guidelines: 8.7 cm and 17.8 cm"),
    "plos": Journal(132, 190.5, 222.3, "PLOS, Figures: 13.2 cm text column, 19.05 × 22.23 cm most"),
    "springer": Journal(84, 174, 234, "Springer Nature, Artwork guidelines: 84 mm and 174 mm"),
    "bmc": Journal(85, 170, 225, "BMC and SpringerOpen, Preparing figures: 85 mm and 170 mm"),
    "elsevier": Journal(90, 190, 240, "Elsevier, Artwork sizing: 90 mm and 190 mm"),
    "frontiers": Journal(85, 180, 240, "Frontiers, Author guidelines: 85 mm and 180 mm"),
    "palgrave": Journal(145, 210, 210, "Palgrave, Figures: 145 mm portrait, 210 mm landscape"),
    "acl": Journal(77, 160, 247, "ACL, Formatting: column 7.7 cm, text 16 cm, A4"),
    "aaai": Journal(83.8, 177.8, 228.6, "AAAI (ICWSM), Author kit: column 3.3 in, text 7 in"),
}


def millimetres(width: str | float) -> float:
    """Return a width in mm from ``"single"``, ``"double"``, a number, or ``"journal single"``."""
    if isinstance(width, (int, float)):
        if not 30 <= width <= 400:
            raise ValueError(f"a figure is 30 to 400 mm wide, not {width}")
        return float(width)
    if width in WIDTHS:
        return WIDTHS[width]
    journal, _, column = width.partition(" ")
    if journal in JOURNALS and (column or "single") in ("single", "double"):
        return getattr(JOURNALS[journal], column or "single")
    raise ValueError(
        f"width may be 'single', 'double', a number of mm, or one of {sorted(JOURNALS)} "
        f"with 'single' or 'double' behind it, not {width!r}"
    )
