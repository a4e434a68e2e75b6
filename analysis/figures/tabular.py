"""Estimates → tables for a paper: LaTeX with booktabs, and HTML that Word takes over as a table.

Numbers are rounded here and nowhere else: to three significant digits, intervals in brackets. The
base (articles, segments) stands in every row, and the measure's verdict below.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd

from analysis.figures.captions import say_verdicts
from analysis.figures.escaping import escape_latex
from analysis.figures.names import say, say_voice
from analysis.figures.plotted_rows import rows_to_csv

HEADS = ("Outlet", "Estimate", "Interval", "p", "Articles", "Segments")


def estimates_to_latex(estimates: pd.DataFrame, *, caption: str = "", label: str = "") -> str:
    """Return a LaTeX table (packages: booktabs) of estimates.

    Parameters
    ----------
    estimates : DataFrame
        Rows of the ``estimates`` table.
    caption, label : str
        The caption as plain text, and the label as LaTeX knows it.
    """
    heads, rows = print_rows(estimates)
    align = "".join("l" if head in ("Event", "Outlet", "Label", "Voice") else "r" for head in heads)
    lines = [" & ".join(map(escape_latex, row)) + r" \\" for row in rows]
    parts = [
        r"\begin{table}",
        rf"\caption{{{escape_latex(caption)}}}" if caption else "",
        rf"\label{{{label}}}" if label else "",
        rf"\begin{{tabular}}{{{align}}}",
        r"\toprule",
        " & ".join(map(escape_latex, heads)) + r" \\",
        r"\midrule",
        *lines,
        r"\bottomrule",
        r"\end{tabular}",
        rf"\par\footnotesize {escape_latex(_below(estimates))}",
        r"\end{table}",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def estimates_to_html(estimates: pd.DataFrame, *, caption: str = "") -> str:
    """Return an HTML table of estimates, with its borders in the cells so that Word keeps them."""
    heads, rows = print_rows(estimates)
    rule = "border-bottom:1pt solid black;"
    top = "".join(
        f'<th style="{rule}border-top:1pt solid black;text-align:left;">{escape(head)}</th>'
        for head in heads
    )
    body = []
    for number, row in enumerate(rows):
        style = rule if number == len(rows) - 1 else ""
        cells = "".join(f'<td style="{style}">{escape(cell)}</td>' for cell in row)
        body.append(f"<tr>{cells}</tr>")
    title = f'<caption style="text-align:left;">{escape(caption)}</caption>' if caption else ""
    return (
        f'<table style="border-collapse:collapse;">{title}<thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody>"
        f'<tfoot><tr><td colspan="{len(heads)}">{escape(_below(estimates))}</td></tr></tfoot>'
        "</table>"
    )


def save_table(
    estimates: pd.DataFrame, name: str, folder: Path | str, *, caption: str = ""
) -> list[str]:
    """Write a table as ``name.tex``, ``name.html`` and ``name.csv``; return the file names."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
    )
    files = {
        f"{name}.tex": estimates_to_latex(estimates, caption=caption, label=f"tab:{name}"),
        f"{name}.html": f"{page}</head><body>{estimates_to_html(estimates, caption=caption)}"
        "</body></html>\n",
        f"{name}.csv": rows_to_csv(estimates),
    }
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return list(files)


def print_rows(estimates: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return heads and rounded cells; columns that say the same in every row are left out."""
    heads = list(HEADS)
    more = {"event": "Event", "label": "Label", "voice": "Voice"}
    varying = [column for column in more if estimates[column].nunique() > 1]
    order = [*varying, "estimate", "outlet"]
    ascending = [column != "estimate" for column in order]
    rows = []
    for row in estimates.sort_values(order, ascending=ascending).to_dict("records"):
        cells = [
            row["outlet"],
            _number(row["estimate"]),
            f"[{_number(row['low'])}, {_number(row['high'])}]" if pd.notna(row["low"]) else "–",
            _p(row["p_adjusted"] if pd.notna(row["p_adjusted"]) else row["p"]),
            f"{int(row['n_articles']):,}",
            f"{int(row['n_segments']):,}",
        ]
        first = [say_voice(row[c]) if c == "voice" else say(row[c]) for c in varying]
        rows.append([*first, *cells])
    return [*(more[column] for column in varying), *heads], rows


def _below(estimates: pd.DataFrame) -> str:
    """Return what stands under a table: what the p-values are, and the measure's verdict."""
    adjusted = (
        "p: permutation test, adjusted by Holm." if estimates["p_adjusted"].notna().any() else ""
    )
    return " ".join(filter(None, [adjusted, say_verdicts(estimates)]))


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.3g}".replace("-", "−")


def _p(value: float) -> str:
    if pd.isna(value):
        return "–"
    return "< .001" if value < 0.001 else f"{value:.3f}"[1:] if value < 1 else "1"
