"""The gallery as a page: every figure of the suite, how to read it, and the call that makes it.

``write_gallery`` draws the figures from a run's tables into ``docs/figures`` and writes
``docs/figures.md``. It is run on the embedded sample; a figure that the tables cannot fill is
named, with the reason.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.figures.escaping import escape_markdown
from analysis.figures.export import for_screen
from analysis.figures.gallery import GALLERY, draw_figure
from analysis.figures.recipes import CHECKS
from analysis.figures.selection import Tables

FRONT = "loaded-language"  # stands in the README too, as docs/loaded-language.png
# Figure → how to read it, and the call that makes it.
READ: dict[str, tuple[str, str]] = {
    "volume": (
        "Length is the number of articles read; only black and dark grey ones count later.",
        "charts.plot_volume(count_articles(data.articles))",
    ),
    "timeline": (
        "A dot is a day on which the outlet published; a larger dot is more articles.",
        "charts.plot_timeline(count_days(data.articles))",
    ),
    "cuts": (
        "Length is the share of the page's words that was cut; shades are the rules that cut.",
        "charts.plot_cuts(count_cuts(data.cuts, data.articles))",
    ),
    "voices": (
        "Black is the outlet's own voice; what follows is quoted, reported, undecided.",
        "speech.plot_voices(count_voices(data.segments, data.articles))",
    ),
    "speakers": (
        "A cell is the words an outlet gives to a speaker; empty is none.",
        "speech.plot_speakers(count_speakers(data.segments, data.articles, top=12))",
    ),
    "cues": (
        "Black is the share of speech introduced with verbs that doubt the speaker.",
        "speech.plot_cues(count_cue_kinds(data.segments, data.articles))",
    ),
    "measures": (
        "Right of the upright bar is better than chance; one is perfect.",
        "checks.plot_figures(read_cards())",
    ),
    "loaded-language": (
        "Right of the dashed line is more loaded than the event's mean; a whisker across the line "
        "is no difference; hollow is quoted speech.",
        'dots.plot_outlets(data.estimates_of(measure, label=label, voices=["outlet", "quoted"]))',
    ),
    "loaded-language-levels": (
        "The level itself; the dashed line is the mean of the outlets.",
        'dots.plot_outlets(data.estimates_of(measure, label=label, contrast="level"))',
    ),
    "loaded-language-by-event": (
        "The first chart once for each event, on one axis and in one order.",
        'panels.plot_panels(data.estimates_of(measure, label=label, each_event=True), by="event")',
    ),
    "loaded-words-by-list": (
        "Which list of words makes the difference: a panel a list.",
        'panels.plot_panels(data.estimates_of("loaded_words"), by="label")',
    ),
    "top-loaded-words": (
        "A cell is how often the word is marked in the outlet's own voice; empty is never.",
        "words.plot_words(count_evidence(data.evidence, data.segments, data.articles, …))",
    ),
    "tone": (
        "Left of the dashed line is more negative than the event's mean.",
        'dots.plot_outlets(data.estimates_of("tone", voices=["outlet", "quoted"]))',
    ),
    "sentiment-by-actor": (
        "A panel an actor: right is kinder to the actor than the event's mean.",
        'panels.plot_panels(data.estimates_of("sentiment_toward"), by="label")',
    ),
    "frames": (
        "A panel a frame: right is more of the frame than the event's mean.",
        'panels.plot_panels(data.estimates_of("policy_frames"), by="label")',
    ),
    "frame-distances": (
        "A row is two outlets; a hollow dot is a distance that chance gives as well.",
        "distances.plot_distances(find_distances(data, measure))",
    ),
    "roles": (
        "For each actor, how often it acts, is acted upon, speaks, and is cast; empty is never.",
        "speech.plot_roles(count_roles(data.roles, data.portrayals))",
    ),
    "keyness": (
        "Right is used more than by the others; only filled dots are typical of the outlet.",
        "words.plot_keyness(data.keyness, top=6)",
    ),
    "labelling": (
        "Rows between two lines are names for one thing; a cell is how often each is used.",
        "words.plot_labelling(list_concepts(data.labelling))",
    ),
    "claims": (
        "Filled is carried in the outlet's own voice, hollow as somebody's words; larger is "
        "earlier; a dash is not found, which is not an omission.",
        "matrices.plot_claims(list_claims(data.claims))",
    ),
    "headline-body": (
        "Hollow is the headlines, filled the text below; far apart is a headline unlike its text.",
        "positions.plot_dumbbells(compare_headlines(…), first='headline', second='text below')",
    ),
    "positions": (
        "From the first words of the articles, left, to the last.",
        "positions.plot_positions(follow_positions(…))",
    ),
    "calibration": (
        "Dots that rise from left to right: a higher score is more often marked by readers.",
        'checks.plot_calibration(Coding(data, "loaded_words/any").calibration())',
    ),
    "robustness": (
        "The filled dot was declared as primary; every other row changes one choice.",
        "checks.plot_robustness(run_specifications(declared, …))",
    ),
    "corrected": (
        "Hollow is the measure alone, filled what it becomes when corrected by human codes.",
        'checks.plot_corrected(Coding(data, "loaded_words/any").corrected())',
    ),
}


def write_gallery(tables: Path | str, docs: Path | str) -> Path:
    """Draw every figure into ``docs/figures`` and write the page ``docs/figures.md``.

    Parameters
    ----------
    tables : path
        ``OUT/tables`` of a run, the embedded sample's for the page that is committed.
    docs : path
        The folder of documents.

    Returns
    -------
    Path
        The page.
    """
    docs, data = Path(docs), Tables(tables)
    sources, folder = data.sources, docs / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    parts, missing = [], []
    with TemporaryDirectory() as scratch:
        for name in GALLERY | CHECKS:
            saved = draw_figure(name, data, scratch, sources=sources)
            if saved is None:
                missing.append(name)
                continue
            picture = for_screen((saved.folder / f"{name}.png").read_bytes())
            (folder / f"{name}.png").write_bytes(picture)
            if name == FRONT:
                (docs / f"{name}.png").write_bytes(picture)
            parts.append(_section(name, saved.caption, saved.alt, int(saved.inches * 120)))
    note = "Outlets and events are those of the embedded sample, and invented. " * data.invented
    gone = f"Without rows in these tables: {', '.join(missing)}." if missing else ""
    page = docs / "figures.md"
    head = (
        "# Figures\n\nEvery figure of the suite at print size, one line on how to read it, and the "
        "call that makes it from finished tables. In JupyterLab, "
        "`explore.explore_figures(data, NAME, …)` opens the sentences behind every mark and says "
        f"in which table they are. {note}\n\n```python\nfrom analysis.figures."
        'selection import Tables\n\ndata = Tables("out/sample/tables")\n```\n'
    )
    page.write_text("\n".join([head, *parts, gone]).rstrip() + "\n", encoding="utf-8")
    return page


def _section(name: str, caption: str, alt: str, width: int) -> str:
    read, call = READ[name]
    title = name.replace("-", " ").capitalize()
    about = alt.replace('"', "'").replace("<", "").replace(">", "")
    return (
        f"## {title}\n\n**How to read it:** {read}\n\n`{call}`\n\n"
        f'<img src="figures/{name}.png" width="{width}" alt="{about}">\n\n'
        f"*{escape_markdown(caption)}*\n"
    )
