"""Roles: who acts, suffers and speaks in sentences one can read; deleted doers; sums; order."""

import pandas as pd
import pytest

from analysis.tables import check_table

pytest.importorskip("spacy")

from analysis.measures.acts import find_acts
from analysis.measures.roles import find_roles
from analysis.outlets.actor_roles import ASPECTS, count_roles
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
    counts = count_roles(find_roles(*tables)).set_index(["outlet", "actor", "aspect"])
    mirror, gazette = (counts.loc[(one, "Vera Lund")] for one in ("Mirror", "Gazette"))
    # "Vera Lund was shot.": a patient in the passive, of nobody.
    shown = mirror.index[mirror["count"].fillna(0) > 0].tolist()
    assert shown == ["patient", "patient, passive", "patient, doer left out", "spoken about"]
    assert (mirror.loc["patient", "n"], mirror.loc["patient, doer left out", "n"]) == (1, 1)
    assert mirror.loc["patient", "segments"] == "a1:0"
    # "The militia shot Vera Lund. Vera Lund said …": patient of a named doer, and speaker.
    shown = gazette.index[gazette["count"].fillna(0) > 0].tolist()
    assert shown == [
        "patient", "patient, active", "patient, doer named", "speaking", "spoken about",
    ]  # fmt: skip
    row = gazette.loc["patient"]
    assert (row["count"], row["n"], row["of"], row["share"]) == (1, 2, "mentions", 0.5)
    # Wilson's interval of 1 of 2, worked out by hand.
    assert (row["low"], row["high"]) == pytest.approx((0.0945, 0.9055), abs=1e-3)
    assert gazette.loc["speaking", "segments"] == "a0:28"
    # Without portrayals their counts are missing, not zero.
    assert gazette.loc[["hero", "villain", "victim"], "count"].isna().all()


def test_every_count_has_its_sentences_and_the_verdict_of_its_card(tables):
    cards = pd.DataFrame(
        [("roles", "agent", "supported"), ("roles", "patient", "weak")],
        columns=["measure", "claim", "verdict"],
    )
    counts = count_roles(find_roles(*tables), cards=cards)
    assert (counts.loc[counts["count"].fillna(0) > 0, "segments"] != "").all()
    assert (counts.loc[counts["count"].fillna(0) == 0, "segments"] == "").all()
    verdicts = counts.drop_duplicates("aspect").set_index("aspect")["validity"]
    assert verdicts[["agent", "patient", "agent, active", "hero"]].tolist() == [
        "supported", "weak", "not checked", "not checked",
    ]  # fmt: skip
    assert list(verdicts.index) == [*ASPECTS, "hero", "villain", "victim"]
    # An agent or patient in some form is one in all: forms never add up to less.
    wide = counts.pivot(index=["outlet", "actor"], columns="aspect", values="count")
    for role in ("agent", "patient"):
        forms = wide[[f"{role}, {form}" for form in ("active", "passive", "nominalised")]]
        assert (forms.sum(axis=1) >= wide[role]).all()
    assert (wide["patient, doer named"] + wide["patient, doer left out"] >= wide["patient"]).all()


def test_nominalised_acts_are_counted_apart(tables):
    text = "The killing of Vera Lund shocked the town."
    sentences, articles, segments, mentions = (table[:1].copy() for table in tables)
    sentences["text"], sentences["end"], segments["end"] = text, len(text), len(text)
    mentions["start"], mentions["end"], mentions["actor"] = 15, 24, "Vera Lund"
    counts = count_roles(find_roles(sentences, articles, segments, mentions))
    counts = counts.set_index("aspect")["count"]
    assert (counts["patient, nominalised"], counts["patient, doer left out"]) == (1, 1)


def test_portrayals_join_the_roles_of_an_outlet_with_their_sentences(tables):
    portrayals = pd.DataFrame(
        [
            ("e", "Gazette", "a0", "Vera Lund", "hero", 0.2, False, 2, "a0:0 a0:28"),
            ("e", "Gazette", "a0", "Vera Lund", "villain", 0.3, False, 2, "a0:28 a0:0"),
            ("e", "Gazette", "a0", "Vera Lund", "victim", 0.8, True, 2, "a0:0 a0:28"),
        ],
        columns=["event", "outlet", "article_id", "actor", "portrayal", "value", "shown",
                 "n_segments", "segments"],
    )  # fmt: skip
    counts = count_roles(find_roles(*tables), check_table(portrayals, "portrayals"))
    counts = counts.set_index(["outlet", "actor", "aspect"])
    row = counts.loc[("Gazette", "Vera Lund", "victim")]
    assert (row["count"], row["n"], row["of"]) == (1, 1, "articles that name the actor")
    assert row["segments"] == "a0:0 a0:28"
    assert counts.loc[("Gazette", "Vera Lund", "hero"), ["count", "segments"]].tolist() == [0, ""]
    assert counts.loc[("Mirror", "Vera Lund", "victim"), "count"] is pd.NA


def test_speech_of_others_is_counted_apart(tables):
    sentences, articles, segments, mentions = tables
    segments.loc[0, "voice"] = "quoted"
    roles = find_roles(sentences, articles, segments, mentions)
    assert "shoot" not in set(roles.loc[(roles.voice == "outlet") & (roles.outlet == "Gazette"),
                                        "act"])  # fmt: skip
    assert count_roles(roles, voice="quoted")["outlet"].unique().tolist() == ["Gazette"]
    # In the Gazette's own voice she is named once, and once by somebody else.
    row = count_roles(roles).set_index(["outlet", "actor", "aspect"])
    row = row.loc[("Gazette", "Vera Lund", "spoken about by others")]
    assert (row["count"], row["n"], row["segments"]) == (1, 2, "a0:0")


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
    chosen = "outlet == 'Mirror' and actor == 'militia'"
    counts = count_roles(roles).query(chosen).set_index("aspect")
    found = counts.loc[["agent", "agent, active", "agent, passive"], ["count", "implied"]]
    assert found.values.tolist() == [[1, 1], [1, 0], [0, 1]]  # "left the square"; "was shot"
    assert found.index[counts.loc[found.index, "segments"].ne("")].tolist() == list(found.index)
    assert count_roles(roles, least=0.9).query(chosen)["implied"].sum() == 0


def test_implied_actor_is_named_near_the_act(tables, monkeypatch):
    from analysis.measures import roles as module
    from analysis.measures.linked_roles import Link

    sentences, articles, segments, mentions = (table[:0] for table in tables)
    texts = ["Vera Lund was shot.", "It rained.", "It rained.", "The militia left."]
    starts = [0, 20, 31, 42]
    sentences = pd.DataFrame(
        [("a1", 0, n, "body", at, at + len(text), text)
         for n, (at, text) in enumerate(zip(starts, texts, strict=True))],
        columns=sentences.columns,
    )  # fmt: skip
    segments = sentences.assign(
        segment_id=[f"a1:{at}" for at in starts], voice="outlet"
    )[segments.columns]  # fmt: skip
    articles = pd.DataFrame([("a1", "e", "Mirror", "en", True)], columns=articles.columns)
    mentions = pd.DataFrame(
        [("a1", "Vera Lund", 0, 9, "Vera Lund", "name"),
         ("a1", "militia", 46, 53, "militia", "name")],
        columns=mentions.columns,
    )  # fmt: skip

    def planted(told, encoder):
        act = next(one for one in find_acts(told[0].sentences[0]) if one.word.lemma_ == "shoot")
        return [[Link(0, act, "agent", "militia", 0.9)]]

    monkeypatch.setattr(module, "link_articles", planted)
    tables = (sentences, articles, segments, mentions)
    assert "link" not in set(find_roles(*tables, encoder=object())["how"])
    monkeypatch.setattr(module, "NEAR", 3)
    assert "link" in set(find_roles(*tables, encoder=object())["how"])


def test_why_there_are_no_roles_is_said(tables):
    from analysis.figures.answers import say_roles
    from analysis.run import NEEDS

    none = count_roles(find_roles(*tables)[:0])
    assert none.empty
    assert say_roles(none, NEEDS).startswith("No roles were read, as the run used no models")
    assert "No portrayals were read" in say_roles(none, NEEDS)
    assert say_roles(none, {}).startswith("No actor was named")
    said = say_roles(count_roles(find_roles(*tables)), {})
    assert said.startswith("2 actors, named 6 times in the outlets' own voice: agent 2, patient 2")


def test_verdicts_are_said_in_the_words_of_the_figure():
    from analysis.figures.answers import say_role_verdicts

    rows = [("hero", "weak"), ("agent", "supported"), ("agent, passive", "not checked"),
            ("patient", "supported")]  # fmt: skip
    said = say_role_verdicts(pd.DataFrame(rows, columns=["aspect", "validity"]))
    assert said == "acts and acted upon: supported; hero: weak"
