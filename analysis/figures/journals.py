"""Widths in mm that journals and proceedings of the field ask for, each with where it was read.

``read`` says how: at the publisher, in the publisher's own style file, or as quoted by others
where the page itself could not be opened. All were read on 2026-11-26; publishers change such
pages, so look again before a final submission. Where a publisher names no width (Taylor &
Francis, SAGE, Oxford) its journals take a figure at the size of their column: give ``width`` in
mm. The house rules that they do state (embedded fonts, lines of 0.3 pt or more, no transparent
objects) hold for every figure that ``export.save`` writes.
"""

from __future__ import annotations

from typing import NamedTuple

MM_PER_INCH = 25.4
WIDTHS = {"single": 3.5 * MM_PER_INCH, "double": 7.0 * MM_PER_INCH}
READ_ON = "2026-11-26"
AT_PUBLISHER, STYLE_FILE, QUOTED = "at the publisher", "in the style file", "as quoted by others"


class Journal(NamedTuple):
    """Width of a column and of the page and the greatest height in mm; where and how it was read.

    No height: none is stated.
    """

    single: float
    double: float
    height: float | None
    source: str
    read: str


JOURNALS: dict[str, Journal] = {
    "nature": Journal(
        89, 183, 170,
        "Nature, Building and exporting figure panels (the height leaves room for the caption), "
        "research-figure-guide.nature.com/figures/building-and-exporting-figure-panels",
        AT_PUBLISHER,
    ),
    "plos": Journal(
        WIDTHS["single"], 190.5, 222.3,
        "PLOS, Figures: any width from 66.8 to 190.5 mm (so the single column is the one of this "
        "suite), journals.plos.org/plosmedicine/s/figures",
        AT_PUBLISHER,
    ),
    "ieee": Journal(
        88.9, 182, None,
        "IEEE Author Center, Size requirements for graphics: 3.5 and 7.16 inches, "
        "ieeeauthorcenter.ieee.org",
        AT_PUBLISHER,
    ),
    "acl": Journal(
        77, 160, 247,
        "ACL, formatting.md of its style files: columns of 7.7 cm, 0.6 cm between, A4 with margins "
        "of 2.5 cm, github.com/acl-org/acl-style-files",
        STYLE_FILE,
    ),
    "aaai": Journal(
        84.1, 177.8, 228.6,
        "AAAI (ICWSM), aaai25.sty: text 7 by 9 inches, 0.375 inches between the columns",
        STYLE_FILE,
    ),
    "springer": Journal(
        84, 174, 234,
        "Springer, submission guidelines, Figure placement and size: 84 mm or 174 mm wide, not "
        "higher than 234 mm. Not verified: no copy of the publisher's page that states them could "
        "be read",
        QUOTED,
    ),
    "springer-small": Journal(
        119, 119, 195,
        "Springer, submission guidelines, Figure placement and size, small-sized journals. Not "
        "verified, as above",
        QUOTED,
    ),
    "bmc": Journal(
        85, 170, 225,
        "BMC, Preparing your manuscript, Preparing figures: half page and full page, the height "
        "with the caption, genomemedicine.biomedcentral.com/submission-guidelines. The "
        "publisher's own earlier page was read: 85 and 176 mm, no height, "
        "biomedcentral.com/authors/figuretypes; so 85 mm is verified, and 170 mm is the narrower",
        QUOTED,
    ),
    "elsevier": Journal(
        90, 190, 240,
        "Elsevier, Artwork sizing, elsevier.com/about/policies-and-standards/author/"
        "artwork-and-media-instructions/artwork-sizing: its first part was read (text of 7 pt, "
        "none under 6 pt); the widths and the height are as the R package lehuynh quotes them "
        "from that page",
        QUOTED,
    ),
}  # fmt: skip


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


def greatest_height(width: str | float | None) -> float | None:
    """Return the height in mm that the journal named in a width prints, where it states one."""
    name = width.partition(" ")[0] if isinstance(width, str) else ""
    return JOURNALS[name].height if name in JOURNALS else None
