"""A run's finished tables → the part of them that a notebook shows.

Tables are read when they are first asked for. A table that the run did not write (a measure that
was not run) is an empty one, so that a notebook says so instead of stopping. Choosing an event or
outlets cuts every table to their articles; the counts before and after are said. Of a table of
more than a million rows per event, only those over all and of the twelve events with most outlets
are read, so that figures of a large corpus fit in memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.figures.manifest import describe_sources
from analysis.figures.names import count_of, list_of, say
from analysis.outlets.estimates import adjust_p
from analysis.tables import TABLES, TableError, empty_table, read_table

ALL = "all"
_MANY_ROWS, _MOST_EVENTS = 1_000_000, 12


class Tables:
    """The finished tables of one run, by name: ``data.articles``, ``data.estimates``.

    Parameters
    ----------
    folder : path
        ``OUT/tables``.
    event : str
        One event, or ``"all"``.
    outlets : sequence of str
        The outlets to show; all of them if empty.
    seed : int, optional
        Written into the manifest of every figure.

    Raises
    ------
    FileNotFoundError
        When there is no table of articles; the message says which command writes it.
    ValueError
        When no article has the event or outlets asked for; the message lists what there is.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        event: str = ALL,
        outlets: Sequence[str] = (),
        seed: int | None = None,
    ) -> None:
        self.folder, self.event, self.outlets, self.seed = Path(folder), event, list(outlets), seed
        read = read_table(self.folder, "articles")
        self.n_read = len(read)
        articles = read if event == ALL else read[read["event"] == event]
        if self.outlets:
            articles = articles[articles["outlet"].isin(self.outlets)]
        if articles.empty and len(read):
            events, known = sorted(set(read["event"])), sorted(set(read["outlet"]))
            raise ValueError(
                f"no article of event {event!r} and outlets {self.outlets}; there are events "
                f"{events[:12]} and outlets {known[:25]}"
            )
        self._frames = {"articles": articles.reset_index(drop=True)}

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._frames:
            self._frames[name] = self._narrow(self._read(name))
        return self._frames[name]

    @property
    def sources(self) -> dict:
        """Hashes, versions and seeds of what the figures are made from."""
        return describe_sources(self.folder, seed=self.seed)

    @property
    def not_measured(self) -> dict[str, str]:
        """What the run left out for want of models, and what each would take (``run.json``)."""
        run = self.folder.parent / "run.json"
        if not run.is_file():
            return {}
        return json.loads(run.read_text(encoding="utf-8")).get("not_measured", {})

    @property
    def invented(self) -> bool:
        """Whether every address is under ``.example``, which is reserved for inventions."""
        hosts = self.articles["url"].str.extract(r"^https?://([^/:]+)", expand=False).dropna()
        return len(hosts) > 0 and bool(hosts.str.endswith(".example").all())

    def say_sizes(self, *names: str) -> str:
        """Say how many rows each table has, and what was left out by choice."""
        sizes = " · ".join(f"{say(name)} {len(getattr(self, name)):,}" for name in names)
        left = self.n_read - len(self.articles)
        chosen = f" ({count_of(left, 'article')} left out by event or outlet)" if left else ""
        note = " Outlets and events are invented." if self.invented else ""
        return f"Rows: {sizes}{chosen}.{note}"

    def estimates_of(
        self,
        measure: str,
        *,
        label: str | Sequence[str] | None = None,
        voices: Sequence[str] = ("outlet",),
        contrast: str = "minus event mean",
        each_event: bool = False,
        corrected: bool | None = False,
    ) -> pd.DataFrame:
        """Choose rows of the estimates: one measure, its labels, voices and one contrast.

        Parameters
        ----------
        measure : str
            As in the table; an empty frame comes back where the run does not have it.
        label : str or list of str, optional
            One label or several; all if not given.
        voices : sequence of str
            Voices to show.
        contrast : str
            ``"level"``, ``"minus event mean"`` or ``"minus <outlet>"``.
        each_event : bool
            Rows of each event instead of those over all events.
        corrected : bool, optional
            Estimates as the measure gives them, corrected by human codes, or both (``None``).
        """
        rows = self.estimates
        rows = rows[(rows["measure"] == measure) & (rows["contrast"] == contrast)]
        rows = rows[rows["voice"].isin(list(voices))]
        if label is not None:
            rows = rows[rows["label"].isin([label] if isinstance(label, str) else list(label))]
        if corrected is not None:
            rows = rows[rows["corrected"] == corrected]
        if self.event != ALL or not each_event:
            rows = rows[rows["event"] == self.event]
        else:
            rows = rows[rows["event"] != ALL]
        # What is shown together is one figure: its p-values are adjusted for each other.
        return adjust_p(rows.reset_index(drop=True))

    def choose_measure(self, *names: str) -> tuple[str, str]:
        """Return measure and label of the first ``measure/label`` that the estimates hold.

        The first of the names where they hold none, so that a notebook can say what is missing.
        """
        found = set(zip(self.estimates["measure"], self.estimates["label"], strict=True))
        pairs = [tuple(name.split("/", 1)) for name in names]
        wrong = [name for name, pair in zip(names, pairs, strict=True) if len(pair) != 2]
        if wrong:
            raise ValueError(f"a measure is named as measure/label, not {wrong}")
        return next((pair for pair in pairs if pair in found), pairs[0])

    def choose_frames(self, measure: str) -> str:
        """Return the measure, or the first measure of frames that the estimates hold instead."""
        names = sorted(set(self.estimates["measure"]))
        framed = [name for name in names if any(w in name for w in ("frame", "foundation"))]
        return measure if measure in names else next(iter(framed), measure)

    def choose_labels(self, rows: pd.DataFrame, *, top: int = 6) -> list[str]:
        """Return the labels that most outlets have, then those with most segments.

        Frames are measured on every segment: of these, those most present over all outlets.
        """
        known = rows.dropna(subset="estimate")
        ranked = known.groupby("label").agg(outlets=("outlet", "nunique"), n=("n_segments", "sum"))
        every = self.estimates
        every = every[(every["contrast"] == "level") & every["measure"].isin(set(rows["measure"]))]
        level = every[every["voice"].isin(set(rows["voice"]))].groupby("label")["estimate"].mean()
        ranked["level"] = level.reindex(ranked.index).astype(float)
        ranked = ranked.reset_index().sort_values(
            ["outlets", "n", "level", "label"], ascending=[False, False, False, True]
        )
        return list(ranked["label"].head(top))

    def choose_actors(self, rows: pd.DataFrame, *, top: int = 6) -> list[str]:
        """Return actors as ``choose_labels`` does, people and groups before places."""
        people = set(self.actors.loc[self.actors["kind"].isin(["person", "group"]), "actor"])
        acting = self.choose_labels(rows[rows["label"].isin(people)], top=top)
        others = self.choose_labels(rows[~rows["label"].isin(people)], top=top)
        return [*acting, *others][:top]

    def choose_event(self) -> str:
        """Return the chosen event, or the one with the most outlets and used articles."""
        if self.event != ALL:
            return self.event
        return next(iter(self._largest_events()), ALL)

    def _largest_events(self) -> list[str]:
        """Return the events, those with the most outlets and used articles first."""
        used = self.articles[self.articles["used"]]
        ranked = used.groupby("event").agg(o=("outlet", "nunique"), n=("article_id", "size"))
        ranked = ranked.reset_index().sort_values(
            ["o", "n", "event"], ascending=[False, False, True]
        )
        return ranked["event"].astype(str).tolist()

    def say_measures(self) -> str:
        """Say which measures and labels the estimates hold, to choose from."""
        found = self.estimates.groupby("measure")["label"].unique()
        if found.empty:
            return "The run has no estimates."
        return "; ".join(f"{name}: {list_of(sorted(labels))}" for name, labels in found.items())

    def _read(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        if path.exists():
            import pyarrow.parquet as pq

            known = pq.ParquetFile(path)
            if known.metadata.num_rows > _MANY_ROWS and "event" in known.schema_arrow.names:
                # Checked when it was written; its events are far more than a figure shows.
                events = [ALL, self.event, *self._largest_events()[:_MOST_EVENTS]]
                return pd.read_parquet(path, filters=[("event", "in", events)])
            return read_table(self.folder, name) if name in TABLES else pd.read_parquet(path)
        if name not in TABLES:
            raise TableError(f"no table is called {name!r}; there are {sorted(TABLES)}")
        return empty_table(name)

    def _narrow(self, frame: pd.DataFrame) -> pd.DataFrame:
        if len(self.articles) == self.n_read:
            return frame
        ids = set(self.articles["article_id"])
        if "article_id" in frame:
            return frame[frame["article_id"].isin(ids)].reset_index(drop=True)
        if "segment_id" in frame:
            return frame[frame["segment_id"].isin(set(self.segments["segment_id"]))]
        if "outlet" in frame and self.outlets:
            return frame[frame["outlet"].isin(self.outlets)].reset_index(drop=True)
        return frame
