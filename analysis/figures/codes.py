"""A measure on this corpus against human codes: what a notebook shows of the coding loop.

Comes in: the finished tables, the name of a measure and filled coding sheets. Goes out: the drawn
sample, agreement, cards, calibration, errors and corrected estimates, all made by ``outlets``. On
the embedded sample, where there are no sheets, the record of what was planted stands in for two
coders. Where there are no codes at all, every table is empty and ``say_base`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures.names import count_of
from analysis.figures.planted_coders import code_as_planted
from analysis.figures.selection import Tables
from analysis.outlets.agreement import measure_agreement, plan_coding
from analysis.outlets.coding import draw_sample, list_disagreements, read_codes, settle_codes
from analysis.outlets.correction import estimate_corrected
from analysis.outlets.own_codes import (
    bin_calibration,
    check_measure,
    compare_by_outlet,
    list_misread,
)
from analysis.outlets.sums import OWN_VOICE
from analysis.outlets.validation import COLUMNS, mark_validity
from analysis.tables import empty_table

_CODES = ["coder", "segment_id", "variable", "code"]
_SAMPLE = ["segment_id", "article_id", "outlet", "voice", "text", "probability", "score"]
LEAST = 10  # coded segments; fewer say nothing


class Coding:
    """The coding loop for one measure.

    Parameters
    ----------
    data : Tables
        The finished tables of a run.
    measure : str
        ``measure/label``.
    instead : str, optional
        Taken where the run does not have that measure (word lists only).
    variable : str
        The column of the sheets that holds the codes.
    sheets : sequence of path
        Filled sheets; the sample's own record if empty and the corpus is the sample.
    n : int
        Segments to draw.
    seed : int
        Of the draw and all resampling.
    """

    def __init__(
        self,
        data: Tables,
        measure: str,
        *,
        instead: str = "",
        variable: str = "loaded",
        sheets: Sequence[str] = (),
        n: int = 480,
        seed: int = 20_260,
    ) -> None:
        self.data, self.variable, self.sheets, self.seed = data, variable, list(sheets), seed
        self.measure, self.label = data.choose_measure(*filter(None, [measure, instead]))
        self.n = n

    @cached_property
    def sample(self) -> pd.DataFrame:
        """The drawn segments with their probabilities; empty where the measure is missing."""
        scores = self._scores
        values = scores.loc[scores["segment_id"].isin(self._own), "value"].dropna()
        if len(values) < LEAST:
            return pd.DataFrame(columns=_SAMPLE)
        chosen = {"measure": self.measure, "label": self.label, "seed": self.seed}
        # What is corrected are the outlets' own words, so only those are coded.
        chosen |= {"n": min(self.n, len(values)), "voices": ("outlet",)}
        if values.nunique() == 1:
            chosen |= {"strata": ("outlet",)}
        return draw_sample(scores, self.data.segments, self.data.articles, **chosen)

    @cached_property
    def codes(self) -> pd.DataFrame:
        """The codes of all coders, one row per coder and segment."""
        if self.sample.empty:
            return pd.DataFrame(columns=_CODES)
        if self.sheets:
            return read_codes(self.sheets, self.sample, variables=[self.variable])
        return code_as_planted(self.sample, self.data, kind=self.variable, seed=self.seed)

    @cached_property
    def settled(self) -> pd.DataFrame:
        """One number per coded segment, the coders' mean."""
        return settle_codes(self.codes) if len(self.codes) else self.codes

    @property
    def enough(self) -> bool:
        """Whether there are codes of more than one kind, enough to say anything."""
        return len(self.settled) >= LEAST and self.settled["code"].nunique() > 1

    def say_base(self) -> str:
        """Say how many segments were drawn and coded, and by whom."""
        if self.sample.empty:
            return f"There is nothing to code: the run has no scores of {self.measure}."
        drawn = f"{count_of(len(self.sample), 'segment')} drawn"
        if self.codes.empty:
            return (
                f"{drawn}, none coded yet: write sheets with `outlets.coding.write_sheet`, or give "
                "`my_sheet` to code here, and name the filled sheets in `sheets`."
            )
        coders = self.codes["coder"].nunique()
        who = "" if self.sheets else " (the sample's record of what was planted, with slips)"
        return f"{drawn}, {len(self.settled):,} coded by {count_of(coders, 'coder')}{who}."

    def agreement(self) -> pd.DataFrame:
        """Return Krippendorff's alpha; no rows with fewer than two coders."""
        if self.codes["coder"].nunique() < 2:
            return pd.DataFrame(columns=["variable", "alpha", "low", "high", "n_units"])
        return measure_agreement(self.codes, seed=self.seed)

    def disagreements(self) -> pd.DataFrame:
        """Return the segments that coders coded apart."""
        if self.codes["coder"].nunique() < 2:
            return pd.DataFrame({"segment_id": [], "text": pd.Series(dtype=str)})
        return list_disagreements(self.codes, self.sample)

    def cards(self) -> pd.DataFrame:
        """Return cards from these codes, in the form of ``outlets.validation.read_cards``."""
        if not self.enough:
            return pd.DataFrame(columns=COLUMNS)
        return check_measure(
            self._scores, self.sample, self._binary, date="own codes", seed=self.seed, **self._named
        )

    def calibration(self) -> pd.DataFrame:
        """Return, by fifths of the score, what the measure says and what coders found."""
        if not self.enough:
            return pd.DataFrame(columns=["predicted", "observed", "low", "high", "n", "segments"])
        return bin_calibration(self._scores, self.sample, self._binary, **self._named)

    def errors_by_outlet(self) -> pd.DataFrame:
        """Return per outlet what coders found and what the measure gave, weighted as drawn."""
        return compare_by_outlet(self._joined())

    def misread(self, *, top: int = 6) -> pd.DataFrame:
        """Return the segments whose score and code are furthest apart, both ways."""
        return list_misread(self._joined(), top=top)

    def corrected(self) -> pd.DataFrame:
        """Return outlets' levels from the measure alone and corrected by the codes.

        Their verdicts are those of the card from these codes, which is about this corpus, and of
        the correction itself.
        A rate (of word lists) is first brought to the unit of the codes: a segment with a listed
        word counts 1, one without 0; the measure is then called ``marked_segments``.
        """
        if not self.enough:
            return empty_table("estimates")
        scores, name = self._scores, self.measure
        if scores["value"].max() > 1:
            marked = (scores["value"] > 0).astype(float).where(scores["value"].notna())
            scores, name = scores.assign(value=marked), "marked_segments"
        parts = (scores, self.data.segments, self.data.articles)
        found = estimate_corrected(
            *parts, sample=self.sample, codes=self.settled, voices=("outlet",), seed=self.seed,
            **self._named,
        )  # fmt: skip
        marked = mark_validity(found, self.cards().assign(measure=self.measure))
        return marked.assign(measure=name)

    def plan(self, width: float) -> pd.DataFrame:
        """Return how many segments an outlet needs for an interval of ``width``.

        Planned with what the codes at hand show (spread, and their correlation with the score);
        without codes, for the worst case of shares near one half.
        """
        outlets = max(self.data.articles["outlet"].nunique(), 1)
        frame = self._joined()
        if len(frame) < LEAST:
            return plan_coding(width, outlets=outlets)
        weight = 1 / frame["probability"].astype(float)
        value = frame["value"].astype(float)
        said = value if value.max() <= 1 else (value > 0).astype(float)
        moments = np.cov(frame["code"].astype(float), said, aweights=weight)
        spread, marked = np.sqrt(np.diag(moments))
        correlation = moments[0, 1] / (spread * marked) if marked > 0 else 0.0
        correlation = float(np.clip(correlation, -0.99, 0.99))
        return plan_coding(width, spread=float(spread), correlation=correlation, outlets=outlets)

    def show_widget(self, sheet: str) -> Any:
        """Show the blind coding widget that saves to ``sheet``; say how to get it otherwise."""
        if not sheet or self.sample.empty:
            return "Give a file name in `my_sheet` to code here, blind and by keyboard."
        from analysis.outlets.coding_widget import CodingSession, show_coding

        keys = {"1": "1", "0": "0"}
        chosen = {"variable": self.variable, "keys": keys, "coder": "me", "seed": self.seed}
        return show_coding(CodingSession(self.sample, sheet, **chosen))

    @property
    def _scores(self) -> pd.DataFrame:
        scores = self.data.scores
        return scores[(scores["measure"] == self.measure) & (scores["label"] == self.label)]

    @property
    def _own(self) -> set[str]:
        """Segments in the outlets' own voice, of used articles."""
        articles, segments = self.data.articles, self.data.segments
        used = set(articles.loc[articles["used"], "article_id"])
        own = segments["voice"].isin(OWN_VOICE) & segments["article_id"].isin(used)
        return set(segments.loc[own, "segment_id"])

    @property
    def _named(self) -> dict[str, str]:
        return {"measure": self.measure, "label": self.label}

    @property
    def _binary(self) -> pd.DataFrame:
        """Codes of 0 and 1: where coders differ, the segment counts as marked."""
        if set(self.settled["code"]) <= {0.0, 0.5, 1.0}:
            return self.settled.assign(code=(self.settled["code"] > 0).astype(float))
        return self.settled

    def _joined(self) -> pd.DataFrame:
        columns = ["segment_id", "outlet", "text", "probability", "code", "value"]
        if not self.enough:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
        frame = self.sample.merge(self.settled[["segment_id", "code"]], on="segment_id")
        frame = frame.merge(self._scores[["segment_id", "value"]], on="segment_id")
        return frame[columns]
