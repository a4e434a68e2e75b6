"""Figures → the files a journal takes, each with the plotted rows, a caption and a manifest.

``save`` writes PDF, SVG and PNG (300 and 600 dpi) at print size, the plotted rows as CSV, the
caption as Markdown and LaTeX, the alternative text, and the manifest, which also travels inside
the PDF, SVG and PNG. Fonts are embedded as Type 42, text in SVG stays text, nothing is
transparent, no date is written: the same rows give the same bytes. It refuses a figure with text
under 6 pt or lines under 0.3 pt, because a journal would.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.escaping import escape_latex, escape_markdown
from analysis.figures.journals import MM_PER_INCH, greatest_height, millimetres
from analysis.figures.manifest import KEY, describe_code, hash_rows, hash_text
from analysis.figures.plotted_rows import kind_of, rows_to_csv

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST_TEXT, LEAST_LINE = 6.0, 0.3  # points


@dataclass(frozen=True)
class Saved:
    """The files of one figure; in a notebook it shows the picture and, below it, the caption."""

    folder: Path
    name: str
    files: tuple[str, ...]
    caption: str
    alt: str
    inches: float

    def _ipython_display_(self) -> None:
        from IPython.display import Image, Markdown, display

        picture = for_screen((self.folder / f"{self.name}.png").read_bytes())
        display(Image(picture, format="png", width=int(self.inches * 120), alt=self.alt))
        display(Markdown(escape_markdown(self.caption)))


def save(
    fig: Figure | Axes,
    name: str,
    folder: Path | str,
    *,
    width: str | float | None = None,
    rows: pd.DataFrame | None = None,
    caption: str = "",
    alt: str = "",
    manifest: dict | None = None,
) -> Saved:
    """Write a figure as a journal takes it, with all that a reviewer asks for beside it.

    Parameters
    ----------
    fig : Figure or Axes
        As a ``plot_`` function returned it.
    name : str
        Names the content, in small letters, digits and hyphens: ``loaded-language``.
    folder : path
        ``OUT/figures``; made if it is not there.
    width : {"single", "double"}, float, or str, optional
        The print width: a column, a page, mm, or a journal of ``journals.JOURNALS`` with
        ``single`` or ``double`` behind it. As drawn if not given.
    rows : DataFrame, optional
        The plotted rows; what the chart was drawn from if not given.
    caption, alt : str
        The caption and the text for those who cannot see the figure.
    manifest : dict, optional
        As ``manifest.describe_sources`` gives.

    Returns
    -------
    Saved
        The files; shows itself in a notebook.

    Raises
    ------
    ValueError
        For a name that is not one, or a figure that no journal would print.
    """
    figure = getattr(fig, "figure", None) or fig
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,80}", name):
        raise ValueError(f"a figure's name has small letters, digits and hyphens, not {name!r}")
    inches, high = figure.get_size_inches()
    inches = inches if width is None else millimetres(width) / MM_PER_INCH
    most = greatest_height(width)
    if most is not None and high * MM_PER_INCH > most + 0.5:
        raise ValueError(
            f"{name} is {high * MM_PER_INCH:.0f} mm high; {str(width).partition(' ')[0]} prints at "
            f"most {most:g} mm: show fewer rows"
        )
    # Rounded, so that a figure drawn again from its manifest has the same size to the last bit.
    figure.set_size_inches(round(float(inches), 4), round(float(high), 4))
    drawn = getattr(figure, "drawn_from", None) or getattr(fig, "drawn_from", None)
    redrawable = drawn is not None and rows is None and hasattr(figure, "drawn_from")
    rows = rows if rows is not None else (drawn["rows"] if drawn else pd.DataFrame())
    written = {
        "kind": KEY,
        "name": name,
        "inches": [float(side) for side in figure.get_size_inches()],
        "chart": drawn["chart"] if drawn else "drawn by hand",
        "options": drawn["options"] if redrawable else {},
        "redrawable": redrawable,
        "columns": {str(column): kind_of(rows[column]) for column in rows.columns},
        "rows_sha256": hash_rows(rows),
        "n_rows": len(rows),
        "title": caption.split(". ")[0],
        "caption_sha256": hash_text(caption),
        "alt_sha256": hash_text(alt or caption),
        **describe_code(),
        **(manifest or {}),
    }
    text = json.dumps(written, sort_keys=True, ensure_ascii=True, default=str)
    folder = Path(folder)
    if _is_there(folder, name, text):  # the same rows, chart, size, caption and code: same bytes
        kept = tuple(_sums(folder, name))
        return Saved(folder, name, kept, caption, alt or caption, written["inches"][0])
    files = render(figure, name=name, title=written["title"], manifest=text)
    files[f"{name}.csv"] = rows_to_csv(rows).encode("utf-8")
    files[f"{name}.caption.md"] = (escape_markdown(caption) + "\n").encode("utf-8")
    files[f"{name}.caption.tex"] = f"\\caption{{{escape_latex(caption)}}}\n".encode()
    files[f"{name}.alt.txt"] = ((alt or caption) + "\n").encode("utf-8")
    pretty = json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False)
    files[f"{name}.manifest.json"] = (pretty + "\n").encode("utf-8")
    sums = "".join(f"{hashlib.sha256(files[file]).hexdigest()}  {file}\n" for file in files)
    files[f"{name}.sha256"] = sums.encode("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        part = folder / f".{file}.{os.getpid()}.tmp"
        part.write_bytes(content)
        os.replace(part, folder / file)
    return Saved(folder, name, tuple(files), caption, alt or caption, written["inches"][0])


def _sums(folder: Path, name: str) -> dict[str, str]:
    """Return file → hash as ``name.sha256`` lists them (in the form that sha256sum checks)."""
    listed = folder / f"{name}.sha256"
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    return {line[66:]: line[:64] for line in lines}


def _is_there(folder: Path, name: str, manifest: str) -> bool:
    """Tell whether this very figure was written before and no file of it was changed since."""
    sums = _sums(folder, name)
    beside = folder / f"{name}.manifest.json"
    if not sums or not beside.is_file():
        return False
    try:
        if json.loads(beside.read_text(encoding="utf-8")) != json.loads(manifest):
            return False
    except json.JSONDecodeError:
        return False
    paths = {folder / file: digest for file, digest in sums.items() if "/" not in file}
    return all(
        path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
        for path, digest in paths.items()
    )


def render(
    figure: Figure, *, name: str, title: str, manifest: str, only: str = ""
) -> dict[str, bytes]:
    """Return the bytes of a figure's PDF, SVG and PNG files, with the manifest inside.

    ``only`` names the one file that is wanted, where it is not all of them.
    """
    import matplotlib as mpl

    files = {}
    with mpl.rc_context(style.RC):
        # Laid out at the resolution of print: at that of a screen, letters are of other widths.
        screen = figure.dpi
        figure.set_dpi(300)
        for _ in range(2):  # the first pass measures the labels, the second makes room for them
            figure.draw_without_rendering()
        check_printable(figure)
        for ax in figure.axes:  # an absent edge is written as a transparent one otherwise
            ax.patch.set(edgecolor="white", linewidth=0)
        layout = figure.get_layout_engine()
        figure.set_layout_engine("none")  # laid out once, so that every format has the same
        for file, options in {
            f"{name}.pdf": {
                "format": "pdf",
                "metadata": {"CreationDate": None, "Title": title, "Keywords": manifest},
            },
            f"{name}.svg": {
                "format": "svg",
                "metadata": {"Date": None, "Title": title, "Description": manifest},
            },
            f"{name}.png": {
                "format": "png",
                "dpi": 300,
                "metadata": {"Title": title, "Manifest": manifest},
            },
            f"{name}-600dpi.png": {
                "format": "png",
                "dpi": 600,
                "metadata": {"Title": title, "Manifest": manifest},
            },
        }.items():
            if only not in ("", file):
                continue
            buffer = BytesIO()
            if options["format"] == "png":
                options["pil_kwargs"] = {"compress_level": 4}
            figure.savefig(buffer, **options)
            files[file] = buffer.getvalue()
        if layout is not None:
            figure.set_layout_engine(layout)
        figure.set_dpi(screen)
    return files


def render_png(figure: Figure, *, dpi: int = 200) -> bytes:
    """Return a figure as a PNG for the screen, laid out as for print."""
    import matplotlib as mpl

    buffer = BytesIO()
    with mpl.rc_context(style.RC):
        figure.set_dpi(dpi)
        for _ in range(2):
            figure.draw_without_rendering()
        figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def check_printable(figure: Figure) -> None:
    """Refuse text under 6 pt, lines under 0.3 pt, and transparency; the message says what."""
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

    for artist in figure.findobj(lambda artist: artist.get_visible()):
        if artist.get_alpha() not in (None, 1, 1.0):
            raise ValueError(f"{artist} is transparent; journals ask for solid colours")
        written = isinstance(artist, Text) and artist.get_text().strip()
        if written and artist.get_fontsize() < LEAST_TEXT:
            raise ValueError(f"{written!r} is set at {artist.get_fontsize()} pt, under 6")
        drawn = isinstance(artist, Line2D) and artist.get_linestyle() not in ("None", "none", "")
        if drawn and len(artist.get_xdata()) and 0 < artist.get_linewidth() < LEAST_LINE:
            raise ValueError(f"{artist} is {artist.get_linewidth()} pt wide, under 0.3")


def for_screen(picture: bytes) -> bytes:
    """Return a PNG of few colours: notebooks that hold their figures stay small."""
    from PIL import Image

    buffer = BytesIO()
    with Image.open(BytesIO(picture)) as full:
        small = full.convert("RGB").resize((full.width * 3 // 4, full.height * 3 // 4))
        small.quantize(48).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
