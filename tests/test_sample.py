"""The embedded sample: its articles, and the record of what was planted in them."""

import csv
import re
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
ARTICLES, PLANTED = SAMPLE / "articles", SAMPLE / "planted"
OUTLETS = {
    "The Tarvonian Courier",
    "The Morning Siren",
    "Homeland Television",
    "Free Square",
    "Maravik Business Record",
    "The Velm Valley Messenger",
}
EVENTS = {"dam", "strike", "border", "trial", "eviction", "levy"}
NOT_STORY = ("furniture", "caption", "headline")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def events():
    return {row["file"]: row for row in rows(PLANTED / "events.csv")}


@pytest.fixture(scope="module")
def texts(events):
    return {
        name: (ARTICLES / name).read_text(encoding=row["encoding"]) for name, row in events.items()
    }


@pytest.fixture(scope="module")
def planted():
    found = rows(PLANTED / "planted.csv")
    return [row | {"start": int(row["start"]), "end": int(row["end"])} for row in found]


def story(name: str, text: str, planted: list[dict]) -> str:
    """The text without furniture, captions, headline, header lines and tags, same length."""
    kept = list(text)
    for row in planted:
        if row["file"] == name and row["kind"].startswith(NOT_STORY):
            kept[row["start"] : row["end"]] = " " * (row["end"] - row["start"])
    for match in re.finditer(r"(?m)^https?://\S+$|^\d{8}$", text):
        kept[match.start() : match.end()] = " " * len(match[0])
    plain = "".join(kept)
    if name.endswith(".html"):
        plain = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", lambda m: "\n" * len(m[0]), plain)
    return plain


def sentences(plain: str) -> set[str]:
    found = re.split(r"(?<=[.!?”\"'])\s+|\n+", plain)
    return {s.strip() for s in found if len(s.split()) >= 5}


def test_sample_has_the_files_it_lists(events):
    on_disk = {path.name for path in ARTICLES.iterdir()} - {"documents.csv"}
    assert on_disk == set(events)
    assert 35 <= len(on_disk) <= 45
    assert {row["file"] for row in rows(ARTICLES / "documents.csv")} == on_disk


def test_sample_covers_six_events_by_six_outlets(events):
    own = [row for row in events.values() if row["outlet"] in OUTLETS]
    assert {(row["outlet"], row["event"]) for row in own} == {
        (outlet, event) for outlet in OUTLETS for event in EVENTS
    }
    others = [row for row in events.values() if row["outlet"] not in OUTLETS]
    assert {row["lineage"] for row in others} == {"repost", "rewrite"}


def test_sample_stories_have_newspaper_length(texts, planted):
    lengths = {n: len(re.findall(r"[\w’'-]+", story(n, t, planted))) for n, t in texts.items()}
    assert {n: k for n, k in lengths.items() if not 250 <= k <= 600} == {}


def test_sample_offsets_give_the_text_noted(texts, planted):
    wrong = [r for r in planted if texts[r["file"]][r["start"] : r["end"]] != r["text"]]
    assert wrong == []
    assert not [r for r in planted if "â€" in r["clean"] or "\u00ad" in r["clean"]]
    for row in planted:
        if row["cue_start"]:
            at = slice(int(row["cue_start"]), int(row["cue_end"]))
            assert texts[row["file"]][at].lower() == row["cue"].lower()


def test_sample_shares_no_sentence_unless_planted(texts, events, planted):
    family = {n: row["lineage_of"] or n for n, row in events.items()}
    seen: dict[str, str] = {}
    shared = []
    for name, text in texts.items():
        for sentence in sentences(story(name, text, planted)):
            first = seen.setdefault(sentence, name)
            if family[first] != family[name]:
                shared.append((first, name, sentence))
    assert shared == []


def test_sample_copies_share_text_with_what_they_copy(texts, events, planted):
    for name, row in events.items():
        if row["lineage"] in ("copy", "repost") or (row["lineage"] == "wire" and row["lineage_of"]):
            here, there = (
                set(re.findall(r"\w+ \w+ \w+ \w+", story(n, texts[n], planted)))
                for n in (name, row["lineage_of"])
            )
            assert len(here & there) / len(here) > 0.5, name


def test_sample_record_of_quotations_is_complete(texts, planted):
    """In houses with curly marks every opening mark stands in a recorded stretch."""
    for name, text in texts.items():
        spans = [
            (r["start"], r["end"])
            for r in planted
            if r["file"] == name and r["kind"] in ("quotation", "scare")
        ]
        for match in re.finditer("“", text):
            assert any(s <= match.start() < e for s, e in spans), (name, match.start())


def test_sample_quotations_have_known_speakers_and_cues(planted):
    sides = {row["speaker"]: row["side"] for row in rows(PLANTED / "speakers.csv")}
    quotations = [r for r in planted if r["kind"] == "quotation"]
    assert len({r["file"] for r in quotations}) >= 15
    for row in quotations:
        assert row["speaker"] in sides
        assert row["cue_kind"] in ("neutral", "doubting", "endorsing", "none")
        assert bool(row["cue"]) == (row["cue_kind"] != "none")


def test_sample_claims_stand_in_the_files_listed(planted, events):
    carried: dict[str, set[str]] = {}
    for row in planted:
        if row["kind"] == "claim":
            carried.setdefault(row["note"], set()).add(row["file"])
    claims = rows(PLANTED / "claims.csv")
    assert {c["claim_id"]: set(c["files"].split("; ")) for c in claims} == carried
    for claim in claims:
        assert {events[f]["event"] for f in carried[claim["claim_id"]]} == {claim["event"]}
    assert {int(c["n_outlets"]) for c in claims} >= {1, 2, 6}


def test_sample_habits_are_planted_where_they_are_said_to_be():
    habits = rows(PLANTED / "habits.csv")
    measures = {row["measure"] for row in habits}
    assert len(habits) == len(OUTLETS) * len(EVENTS) * len(measures)
    for row in habits:
        if row["expected"] == "higher":
            assert float(row["value"]) > float(row["others"]), row
        elif row["expected"] == "lower":
            assert float(row["value"]) < float(row["others"]), row
        elif row["measure"] == "loaded_per_1000":
            assert float(row["value"]) < 5, row
        elif not row["measure"].endswith("quotes"):
            assert float(row["value"]) <= 0, row


def test_sample_control_outlet_and_control_event_have_no_habit(planted, events):
    for row in rows(PLANTED / "habits.csv"):
        if row["outlet"] == "The Tarvonian Courier" or row["event"] == "trial":
            assert row["expected"] == "none"
    quiet = {
        name
        for name, row in events.items()
        if row["event"] == "trial" or row["outlet"] == "The Tarvonian Courier"
    }
    marks = ("loaded", "scare", "doubting", "endorsing", "passive_agentless")
    assert [r for r in planted if r["file"] in quiet and r["kind"] in marks] == []


def test_sample_leaves_events_to_be_found():
    documents = rows(ARTICLES / "documents.csv")
    assert {row["event"] for row in documents} == {""}
    assert 4 <= sum(row["outlet"] == "" for row in documents) <= 8


def test_sample_encodings_are_as_noted(events):
    odd = {name for name, row in events.items() if row["encoding"] == "cp1252"}
    assert len(odd) == 1
    with pytest.raises(UnicodeDecodeError):
        (ARTICLES / odd.pop()).read_text(encoding="utf-8")
    assert any(
        "â€" in (ARTICLES / name).read_text(encoding="utf-8")
        for name in events
        if events[name]["encoding"] == "utf-8"
    )


def test_sample_names_only_reserved_hosts(texts):
    for text in texts.values():
        for host in re.findall(r"https?://([^/\s\"]+)", text):
            assert host.endswith(".example")
