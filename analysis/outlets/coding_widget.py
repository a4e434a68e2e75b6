"""Code segments in the notebook: one at a time, by keyboard, blind, resumable.

Comes in: a sample (``coding.draw_sample``). Goes out: a sheet (CSV) with this coder's codes, saved
after every key, which ``coding.read_codes`` reads. The score, the outlet and the stratum are
never shown. Text is shown escaped: a segment that holds markup shows as text.

``CodingSession`` is the logic and needs no notebook; ``show_coding`` puts it on the screen.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.outlets.coding import SEED, read_sheet, save_sheet, write_sheet
from analysis.outlets.resampling import generator_for


class CodingSession:
    """Who codes what, in which order, and what is done; every change is on disk at once.

    Parameters
    ----------
    sample : DataFrame
        Of ``draw_sample``.
    path : Path
        The coder's sheet; one that exists is taken up where it was left.
    variable : str
        What is coded.
    keys : mapping of str to str
        One key a code: ``{"1": "loaded", "0": "plain"}`` (key → code).
    coder : str
    """

    def __init__(
        self,
        sample: pd.DataFrame,
        path: Path | str,
        *,
        variable: str,
        keys: Mapping[str, str],
        coder: str,
        seed: int = SEED,
    ) -> None:
        if not keys or any(len(key) != 1 for key in keys):
            raise ValueError(f"each code needs one key of one character, not {list(keys)}")
        reserved = {"b", "n"} & set(keys)
        if reserved:
            raise ValueError(f"the keys b (back) and n (next) are taken: {sorted(reserved)}")
        self.path, self.variable, self.keys, self.coder = Path(path), variable, dict(keys), coder
        order = generator_for(seed, [coder, *sample["segment_id"]]).permutation(len(sample))
        self._texts = sample.iloc[order].set_index("segment_id")["text"].astype(str)
        if not self.path.exists():
            write_sheet(sample, self.path, variables=[variable], coder=coder, seed=seed)
        self._take_up()
        open_units = [i for i, unit in enumerate(self._texts.index) if unit not in self.codes]
        self.place = open_units[0] if open_units else 0

    @property
    def text(self) -> str:
        """The segment to code now."""
        return str(self._texts.iloc[self.place])

    @property
    def done(self) -> int:
        """How many segments have a code."""
        return len(self.codes)

    @property
    def size(self) -> int:
        """How many segments there are."""
        return len(self._texts)

    def press(self, key: str) -> bool:
        """Act on a key: a code, ``b`` back, ``n`` next; say whether it meant anything."""
        if key in self.keys:
            self.codes[self._texts.index[self.place]] = self.keys[key]
            self._save()
            self._go(self.place + 1)
        elif key == "b":
            self._go(self.place - 1)
        elif key == "n":
            self._go(self.place + 1)
        else:
            return False
        return True

    def shown(self) -> str:
        """Return the segment and the progress as HTML, all text escaped."""
        code = self.codes.get(self._texts.index[self.place])
        said = f"coded: {html.escape(code)}" if code is not None else "not coded yet"
        return (
            f'<p style="font-size:120%;max-width:40em">{html.escape(self.text)}</p>'
            f"<p>{self.place + 1} of {self.size} ({self.done} done), {said}</p>{self._last_word()}"
        )

    def _go(self, place: int) -> None:
        self.place = min(max(place, 0), self.size - 1)

    def _last_word(self) -> str:
        if self.done < self.size:
            return ""
        name = html.escape(self.path.name)
        return f"<p>All are coded. The codes are in {name}; name it in <code>sheets</code>.</p>"

    def _take_up(self) -> None:
        sheet = read_sheet(self.path)
        missing = [c for c in ("segment_id", self.variable) if c not in sheet]
        if missing:
            raise ValueError(
                f"{self.path.name} is not a sheet for {self.variable!r}: no column {missing}"
            )
        units = sheet["segment_id"].str.strip()
        strangers = sorted(set(units) - set(self._texts.index))
        if strangers:
            raise ValueError(
                f"{self.path.name} is a sheet of another sample (first stranger: "
                f"{strangers[0]}): give this one a file of its own"
            )
        codes = sheet[self.variable].str.strip()
        self.codes = {u: c for u, c in zip(units, codes, strict=True) if c != ""}
        self._sheet = sheet.assign(segment_id=units)  # with all that others wrote in it

    def _save(self) -> None:
        """Write this variable's codes into the sheet; its other columns stay as they are."""
        known = set(self._sheet["segment_id"])
        new = [
            {"segment_id": unit, "coder": self.coder, "text": self._texts[unit]}
            for unit in self.codes
            if unit not in known
        ]
        if new:
            added = pd.DataFrame(new).reindex(columns=self._sheet.columns, fill_value="")
            self._sheet = pd.concat([self._sheet, added], ignore_index=True)
        self._sheet[self.variable] = self._sheet["segment_id"].map(self.codes).fillna("")
        save_sheet(self._sheet, self.path)


def show_coding(session: CodingSession) -> Any:
    """Return the widget: a text box that takes keys, and a button for each code.

    Keys act as they are typed into the box, so coding needs no mouse; the buttons do the same.
    """
    import ipywidgets as widgets

    shown = widgets.HTML(session.shown())
    entry = widgets.Text(placeholder="type a key here", continuous_update=True)
    names = {**{key: f"{key}: {code}" for key, code in session.keys.items()}}
    names |= {"b": "b: back", "n": "n: next"}

    def act(key: str) -> None:
        if session.press(key):
            shown.value = session.shown()

    def typed(change: Mapping[str, str]) -> None:
        for key in change["new"]:
            act(key)
        if change["new"]:
            entry.value = ""

    entry.observe(typed, names="value")
    buttons = []
    for key, name in names.items():
        button = widgets.Button(description=name, tooltip=f"key {key}")
        button.on_click(lambda _, key=key: act(key))
        buttons.append(button)
    return widgets.VBox([shown, entry, widgets.HBox(buttons)])
