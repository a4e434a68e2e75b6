"""Roles: who acts, suffers and speaks in sentences one can read; deleted doers; sums; order."""

import pandas as pd
import pytest

from analysis.tables import check_table

pytest.importorskip("spacy")

from analysis.measures.acts import find_acts
from analysis.measures.roles import count_roles, find_roles
from analysis.parsing import parse_texts

CASES = [
    # sentence, act, form, agents, patients
    ("The rebels killed three soldiers.", "kill", "active", "rebels", "soldiers"),
    ("Three soldiers were killed.", "kill", "passive", "", "soldiers"),
    ("Three soldiers were killed by the rebels.", "kill", "passive", "rebels", "soldiers"),
    ("The killing of the mayor shocked the town.", "killing", "nominal", "", "mayor"),
    ("The rebels' shelling of the port went on.", "shelling", "nominal", "rebels", "port"),
    ("The army tried to seize the port.", "seize", "active", "army", "port"),
    ("The guards came and burned the depot.", "burn", "active", "guards", "depot"),
    ("Police arrested men who blocked the road.", "block", "active", "men", "road"),
    ("The envoy was mocked and criticised by senators.", "mock", "passive", "senators", "envoy"),
    ("Norwegian forces bombed the camp that militants had built.", "build", "active",
     "militants", "camp"),
    ("Police and soldiers beat the men.", "beat", "active", "Police soldiers", "men"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "lemma", "form", "agents", "patients"), CASES)
def test_act_has_its_agents_and_patients(sentence, lemma, form, agents, patients):
    acts = {act.word.lemma_.lower(): act for act in find_acts(next(parse_texts([sentence])))}
    act = acts[lemma]
    assert act.form == form
    assert {token.text for token in act.agents} == set(agents.split())
    assert {token.text for token in act.patients} == set(patients.split())


TEXTS = (
    ("Gazette", "The militia shot Vera Lund. Vera Lund said the militia was cruel."),
    ("Mirror", "Vera Lund was shot. The militia left the square."),
)


@pytest.fixture
def tables():
    articles, sentences, segments, mentions = [], [], [], []
    for place, (outlet, text) in enumerate(TEXTS):
        article = f"a{place}"
        articles.append((article, "e", outlet, "en", True))
        start = 0
        for number, sentence in enumerate(text.split(". ")):
            sentence = sentence.rstrip(".") + "."
            end = start + len(sentence)
            sentences.append((article, 0, number, "body", start, end, sentence))
            segments.append((f"{article}:{start}", article, start, end, "outlet"))
            for actor in ("Vera Lund", "militia"):
                at = sentence.find(actor)
                if at >= 0:
                    mentions.append((article, actor, start + at, start + at + len(actor), actor))
            start = end + 1
    return (
        pd.DataFrame(
            sentences,
            columns=["article_id", "paragraph", "sentence", "part", "start", "end", "text"],
        ),
        pd.DataFrame(articles, columns=["article_id", "event", "outlet", "language", "used"]),
        pd.DataFrame(segments, columns=["segment_id", "article_id", "start", "end", "voice"]),
        pd.DataFrame(mentions, columns=["article_id", "actor", "start", "end", "text"]).assign(
            how="name"
        ),
    )


def test_roles_of_actors_by_outlet(tables):
    roles = check_table(find_roles(*tables), "roles")
    found = {
        (row.outlet, row.actor, row.act): (row.role, row.form, row.agent_left_out, row.other)
        for row in roles.itertuples()
    }
    assert found["Gazette", "militia", "shoot"] == ("agent", "active", False, "Lund")
    assert found["Gazette", "Vera Lund", "shoot"] == ("patient", "active", False, "militia")
    assert found["Gazette", "Vera Lund", "say"][0] == "speaker"
    assert found["Mirror", "Vera Lund", "shoot"] == ("patient", "passive", True, "")


def test_when_an_act_was_done_is_not_upon_whom(tables):
    text = "The militia called on Friday on Vera Lund."
    sentences, articles, segments, mentions = (table[:1].copy() for table in tables)
    sentences["text"], sentences["end"], segments["end"] = text, len(text), len(text)
    mentions["start"], mentions["end"] = 4, 11
    mentions["text"] = mentions["actor"] = "militia"
    roles = find_roles(sentences, articles, segments, mentions)
    assert roles["other"].tolist() == ["Lund"]


def test_tables_as_they_are_read_from_files_give_the_same(tables):
    typed = [
        table.astype(
            {c: "string" for c in table if c in ("article_id", "segment_id", "voice")}
        ).astype({c: "Int64" for c in table if c in ("start", "end")})
        for table in tables
    ]
    pd.testing.assert_frame_equal(find_roles(*tables), find_roles(*typed), check_dtype=False)


def test_every_mention_has_a_row_and_lies_in_its_segment(tables):
    roles = find_roles(*tables)
    mentions, segments = tables[3], tables[2]
    assert set(zip(roles.article_id, roles.start, strict=True)) == set(
        zip(mentions.article_id, mentions.start, strict=True)
    )
    spans = segments.set_index("segment_id")
    for row in roles.itertuples():
        assert spans.start[row.segment_id] <= row.start < row.end <= spans.end[row.segment_id]


def test_counts_shares_and_left_out_doers(tables):
    counts = count_roles(find_roles(*tables)).set_index(["outlet", "actor", "role"])
    row = counts.loc[("Mirror", "Vera Lund", "patient")]
    assert (row["count"], row["n_mentions"], row["agent_left_out"]) == (1, 1, 1)
    row = counts.loc[("Gazette", "Vera Lund", "patient")]
    assert row["share"] == 0.5 and row["agent_left_out"] == 0
    # Wilson's interval of 1 of 2, worked out by hand.
    assert (row["low"], row["high"]) == pytest.approx((0.0945, 0.9055), abs=1e-3)


def test_speech_of_others_is_counted_apart(tables):
    sentences, articles, segments, mentions = tables
    segments.loc[0, "voice"] = "quoted"
    roles = find_roles(sentences, articles, segments, mentions)
    assert "shoot" not in set(roles.loc[(roles.voice == "outlet") & (roles.outlet == "Gazette"),
                                        "act"])  # fmt: skip
    assert count_roles(roles, voice="quoted")["outlet"].unique().tolist() == ["Gazette"]


def test_order_of_rows_and_unused_articles_do_not_matter(tables):
    roles = find_roles(*tables)
    pd.testing.assert_frame_equal(roles, find_roles(*(table[::-1] for table in tables)))
    sentences, articles, segments, mentions = tables
    articles.loc[0, "used"] = False
    assert set(find_roles(sentences, articles, segments, mentions)["outlet"]) == {"Mirror"}
    assert find_roles(sentences, articles, segments, mentions[:0]).empty


def test_roles_a_sentence_leaves_open_come_from_the_links_and_are_counted_apart(
    tables, monkeypatch
):
    from analysis.measures import roles as module
    from analysis.measures.linked_roles import Link

    def planted(told, encoder):
        links = []
        for one in told:
            acts = [(n, act) for n, parsed in enumerate(one.sentences) for act in find_acts(parsed)]
            shot = [(n, act) for n, act in acts if act.word.lemma_ == "shoot"]
            assert {kind for _, kind, _ in one.actors} == {"person", "unknown"}
            links.append(
                [Link(n, act, "agent", "militia", 0.8) for n, act in shot]
                + [Link(n, act, "patient", "Vera Lund", 0.4) for n, act in shot]
            )
        return links

    monkeypatch.setattr(module, "link_articles", planted)
    actors = pd.DataFrame({"event": ["e"], "actor": ["Vera Lund"], "kind": ["person"]})
    roles = check_table(find_roles(*tables, actors=actors, encoder=object()), "roles")
    linked = roles[roles["how"] == "link"]
    # Only the Mirror leaves the doer out; what the parse has too is one row, with its probability.
    assert linked[["outlet", "actor", "role", "form", "act"]].values.tolist() == [
        ["Mirror", "militia", "agent", "passive", "shoot"]
    ]
    assert linked["voice"].tolist() == ["outlet"] and linked["segment_id"].ne("").all()
    held = roles[(roles["outlet"] == "Mirror") & (roles["role"] == "patient")]
    assert held["how"].tolist() == ["parse"] and held["probability"].tolist() == [0.4]
    chosen = "outlet == 'Mirror' and actor == 'militia' and role == 'agent'"
    counts = count_roles(roles).query(chosen).set_index("form")
    assert counts["implied"].to_dict() == {"active": 0, "passive": 1}
    assert counts["count"].to_dict() == {"active": 1, "passive": 0}  # "left the square"
    assert counts["segments"].ne("").all()
    assert count_roles(roles, least=0.9).query(chosen)["implied"].sum() == 0
