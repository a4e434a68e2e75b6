"""A run's finished tables → every figure of the suite, by name.

``python -m analysis run`` draws them all; a notebook that shows one makes the same calls in the
open, with its own event and outlets. A figure whose table is empty is not drawn, and its name is
not returned. What each figure is made of stands in ``recipes``.
"""

from __future__ import annotations

from pathlib import Path

from analysis.figures.export import Saved, save
from analysis.figures.journals import MM_PER_INCH, greatest_height, millimetres
from analysis.figures.recipes import CHECKS, RECIPES
from analysis.figures.selection import Tables
from analysis.outlets.estimates import SEED

GALLERY = dict(RECIPES)


def draw_figures(tables: Path | str, figures: Path | str, *, seed: int = SEED) -> list[str]:
    """Draw every figure that the tables can fill.

    Parameters
    ----------
    tables, figures : path
        ``OUT/tables`` and ``OUT/figures``.
    seed : int
        Written into the manifests; that of the notebooks, which then find their figures drawn.

    Returns
    -------
    list of str
        The names of the figures that were drawn, in the order of the notebooks.
    """
    data = Tables(tables, seed=seed)
    sources = data.sources
    drawn = (draw_figure(name, data, figures, sources=sources) for name in GALLERY)
    return [saved.name for saved in drawn if saved is not None]


def draw_figure(
    name: str,
    data: Tables,
    figures: Path | str,
    *,
    sources: dict | None = None,
    width: str | float | None = None,
    prefix: str = "",
) -> Saved | None:
    """Draw one figure of the gallery; ``None`` when its table is empty.

    Parameters
    ----------
    name : str
        A key of ``GALLERY``.
    data : Tables
        The finished tables.
    figures : path
        Where the files go.
    sources : dict, optional
        ``data.sources``, where several figures share it.
    width : str or float, optional
        As for ``export.save``; a figure drawn for the page is not squeezed into a column.
    prefix : str
        Set before the name of the files.
    """
    recipes = GALLERY | CHECKS
    if name not in recipes:
        raise ValueError(f"no figure is called {name!r}; there are {list(recipes)}")
    made = recipes[name](data)
    if made is None:
        return None
    figure, caption, alt = made
    manifest = sources if sources is not None else data.sources
    options = {"caption": caption, "alt": alt, "manifest": manifest}
    if width is not None and _fits(figure, width):
        options["width"] = width
    return save(figure, prefix + name, figures, **options)


def _fits(drawn: object, width: str | float) -> bool:
    """Tell whether a figure may take a width: never a narrower one, nor one twice as wide."""
    figure = getattr(drawn, "figure", None) or drawn
    wanted, most = millimetres(width) / MM_PER_INCH, greatest_height(width)
    fits = most is None or figure.get_figheight() * MM_PER_INCH <= most
    return fits and 0.93 * figure.get_figwidth() <= wanted <= 1.6 * figure.get_figwidth()
