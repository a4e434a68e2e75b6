"""Hostile input all the way: nothing is executed, sent, lost or drawn as anything but text."""

import json
import pickle
import shutil
import socket

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.figures.gallery import draw_figure
from analysis.figures.plotted_rows import rows_to_csv
from analysis.figures.reader import show_article
from analysis.figures.selection import Tables
from analysis.record import ROOT
from analysis.run import run_corpus
from tests.fuzz.journey import follow
from tests.fuzz.made import make_document

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
STORY = (
    "The harbour of Velm was closed on {day} after a crane fell into the water, officials said.\n\n"
    "“Nobody was hurt, and {odd} we will look into it,” said Mira Tolland of the harbour.\n\n"
    "Ships waited outside the harbour of Velm until the {odd} evening, a dozen of them in all.\n"
)
ODD = ["\u202eevil\u202c", "a\u0000b", "\ud83d", "\u200b" * 50, EVIL, "“" * 9, "=cmd()", "\u2028"]


@pytest.fixture(scope="module")
def no_network():
    """Any attempt to open a connection fails the test."""

    class Blocked(socket.socket):
        def connect(self, address):
            raise AssertionError(f"a connection to {address} was opened")

        connect_ex = connect

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Blocked)
        patch.setattr(socket, "create_connection", Blocked.connect)
        patch.setattr(socket, "getaddrinfo", Blocked.connect)
        yield


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, no_network):
    """A run of articles that have something hostile in every field."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        {
            "text": STORY.format(day=day, odd=odd),
            "headline": f"Crane falls into the harbour of Velm {odd}",
            "outlet": outlet,
            "published": published,
            "url": f"https://a.example/{place}/{EVIL}",
            "byline": EVIL,
            "event": f"crane {EVIL}" if place % 2 else "",
        }
        for place, (day, odd, outlet, published) in enumerate(
            zip(
                ["Monday", "Tuesday"] * 4,
                ODD,
                ["=cmd()", EVIL, "../../etc", "@SUM(A1)", "Daily Quay", "+1", "-2", "a\nb"],
                ["1600-01-01", "2999-12-31", EVIL, "2024-01-05"] * 2,
                strict=True,
            )
        )
    ]
    # JSON can say a lone surrogate; no table can hold one.
    lines = "\n".join(json.dumps(row) for row in rows)
    (folder / "corpus.jsonl").write_text(lines, encoding="ascii")
    record = run_corpus(
        folder / "corpus.jsonl", folder / "out", lexicons_only=True, figures=False, notebooks=False
    )
    return record, folder / "out"


def test_a_hostile_corpus_runs_to_its_end_without_a_connection(hostile):
    record, out = hostile
    articles = pd.read_parquet(out / "tables" / "articles.parquet")
    assert len(articles) == len(ODD)
    told = record.problems["problem"]
    assert told.str.contains("hardly be right").any()
    assert not (record.problems["severity"] == "error").any(), told.tolist()
    assert not list(out.parent.glob("etc*"))


def test_the_reader_shows_hostile_fields_as_text(hostile):
    _, out = hostile
    data = Tables(out / "tables")
    for article_id in data.articles["article_id"]:
        page = show_article(article_id, data).body
        assert "<script" not in page
        assert "<img" not in page


def test_a_figure_and_its_rows_hold_no_formula_and_no_tag(hostile, tmp_path):
    _, out = hostile
    saved = draw_figure("volume", Tables(out / "tables"), tmp_path)
    assert saved is not None
    assert "<script" not in (tmp_path / "volume.svg").read_text(encoding="utf-8")
    cells = (tmp_path / "volume.csv").read_text(encoding="utf-8").replace("\n", ",").split(",")
    bare = [cell.strip('"') for cell in cells]
    assert not [cell for cell in bare if cell[:1] in ("=", "@")]


@pytest.mark.parametrize("cell", ["=cmd()", "+1+cmd()", "-1+cmd()", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_an_export_begins_as_a_formula(cell):
    written = rows_to_csv(pd.DataFrame({"outlet": [cell]}))
    shown = written.split("\n", 1)[1].strip('"')
    assert shown[:1] not in tuple("=+-@\t\r")


def _tagger(folder):
    from analysis.text.speech.reported_speech import Tagger

    Tagger(folder)


def _line_model(folder):
    from analysis.text.pages.line_model import LineModel

    LineModel(folder=folder)


def _wording(folder):
    from analysis.encoding.heads import load_reader

    load_reader(folder.name, folder.parent)


def _frames(folder):
    from analysis.measures.frame_heads import _read

    _read(folder)


@pytest.mark.parametrize(
    ("name", "file", "load"),
    [
        ("quotations", "weights.safetensors", _tagger),
        ("furniture", "model.safetensors", _line_model),
        ("wording", "weights.safetensors", _wording),
        ("frames", "weights.safetensors", _frames),
    ],
)
@pytest.mark.parametrize("how", ["one byte", "truncated", "pickle"])
def test_weights_that_were_changed_are_refused_unread(name, file, load, how, tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    folder = tmp_path / name
    shutil.copytree(ROOT / "data" / "models" / name, folder)
    load(folder)
    data = bytearray((folder / file).read_bytes())
    if how == "one byte":
        data[-1] ^= 1
    changed = {"truncated": data[: len(data) // 2], "pickle": pickle.dumps(Trap())}
    (folder / file).write_bytes(changed.get(how, data))
    for module in ("analysis.text.pages.line_model", "analysis.measures.frame_heads"):
        _forget(module)
    with pytest.raises((ValueError, RuntimeError), match="sha256"):
        load(folder)
    assert not (tmp_path / "sprung").exists()


def _forget(module):
    import importlib

    for value in vars(importlib.import_module(module)).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
            st.integers(0, 2**31).map(make_document),
        ),
        min_size=1,
        max_size=4,
    )
)
@example([b"<p>" * 500, b"\xe2\x80\x9c" * 300, b"\x00" * 20, b"said " * 200, b"\r\r\n\r"])
def test_any_document_is_read_undone_split_quoted_and_shown(documents):
    follow(documents)
