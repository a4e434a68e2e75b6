"""One story once: copies, re-posts, wire copy and rewrites among invented articles."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.benchmarks.altered import make_copy, spin
from analysis.benchmarks.stories import as_articles
from analysis.tables import check_table
from analysis.text.lineage import find_lineage
from analysis.text.reading.agencies import agency_named, find_credit, unlisted_credit
from analysis.text.stories import comparison
from analysis.text.stories.alignment import (
    align_rewrite,
    match_sentences,
    order_agreement,
    sentence_spans,
    split_grid,
)
from analysis.text.stories.shingles import containment, pairs_by_index, propose_pairs, sketch_texts
from analysis.text.stories.versions import same_outlet

BRIDGE = """Bridge at Alda closed after crack is found

Engineers closed the Merin bridge at Alda on Tuesday after a crack of 40 centimetres was found in \
its northern pier.

“We had no choice, and we would do it again,” the city engineer, Ilse Brandt, told reporters at \
the river. “Nobody will cross until the pier is safe.”

Some 18,000 cars use the bridge every day, and the ferry company said it would run two more boats \
from Wednesday morning.

Mayor Otto Lenz, who opened the bridge in 1998, called the closure “a bitter day” and promised a \
report within three weeks.

The opposition party Alda First said the council had ignored two warnings from the railway \
company in May and in August.

Repairs could cost 12 million talers, according to a paper that the council discussed last year \
without a vote.

Shopkeepers on the north bank, among them the baker Rosa Quint, said they feared for their trade \
before the harvest fair."""

TRIAL = """Banker denies fraud on first day of trial

The former head of the Savings Union, Karl Osten, denied on Monday that he had hidden losses of 90 \
million talers from the bank's owners.

Prosecutor Mara Lind read from 14 letters in which, she said, Mr Osten had told his deputies to \
move bad loans to a company on the island of Serra.

His lawyer said the letters had been misread. “A man who writes down everything has nothing to \
hide,” she told the court in Brunn.

About 300 savers stood outside, some of whom had lost what they had put by for a house.

The trial is to last until November, and 22 witnesses are to be heard."""


def articles(*rows: dict) -> pd.DataFrame:
    return as_articles({"article_id": f"{at:012d}", **row} for at, row in enumerate(rows))


def marked(frame: pd.DataFrame, **options) -> pd.DataFrame:
    return find_lineage(frame, **options).articles.set_index("article_id")


def test_lineage_marks_a_careless_copy_and_keeps_the_article_with_its_marks():
    copy = make_copy(BRIDGE, seed=1).text
    for rows in ([BRIDGE, copy], [copy, BRIDGE]):
        found = marked(articles(*({"text": text} for text in [*rows, TRIAL])))
        kept = found[found["text"] == BRIDGE].iloc[0]
        aside = found[found["text"] == copy].iloc[0]
        assert kept["lineage"] == "original" and kept["used"]
        assert aside["lineage"] == "copy" and not aside["used"]
        assert aside["lineage_of"] == kept.name
        assert aside["reason"] == f"copy of {kept.name}"
        assert found[found["text"] == TRIAL].iloc[0]["lineage"] == "original"


def test_lineage_takes_over_what_only_the_copy_knows_and_says_so():
    known = {"outlet": "The Alda Post", "url": "https://post.example/1", "published": "2031-05-06"}
    frame = articles({"text": BRIDGE}, {"text": make_copy(BRIDGE, seed=2).text, **known})
    found = marked(frame).iloc[0]
    assert found[["outlet", "url", "published"]].to_dict() == known
    assert found["reason"] == "outlet, url, published from copy 000000000001"
    assert frame["outlet"].tolist() == ["unknown", "The Alda Post"]  # the caller's is unchanged


def test_lineage_tells_a_repost_from_a_copy_and_takes_nothing_over_from_it():
    found = marked(
        articles(
            {"text": BRIDGE, "outlet": "The Alda Post", "published": "2031-05-06"},
            {"text": BRIDGE, "outlet": "Hill Notes", "url": "https://hill.blogspot.example/a"},
        )
    )
    assert found["lineage"].tolist() == ["original", "repost"]
    assert found["used"].tolist() == [True, False]
    assert "on another site (Hill Notes)" in found["reason"].iloc[1]
    assert found["url"].iloc[0] == "unknown"


def test_lineage_names_a_repost_whose_original_is_not_here_and_keeps_it():
    frame = articles({"text": BRIDGE})
    cuts = pd.DataFrame(
        {
            "article_id": frame["article_id"].repeat(2).tolist(),
            "text": ["Give at www.aldapost.example/give", "Powered by Blogger."],
            "replacement": ["", ""],
        }
    )
    found = marked(frame, cuts=cuts).iloc[0]
    assert found["lineage"] == "repost" and found["used"]
    assert "Powered by Blogger" in found["reason"] and "aldapost.example" in found["reason"]
    alone = marked(frame, cuts=cuts[cuts["text"].str.contains("Blogger")]).iloc[0]
    assert alone["lineage"] == "original"  # a blog may write its own


def test_lineage_keeps_wire_copy_for_each_outlet_and_marks_the_shared_sentences():
    wire = BRIDGE.replace("Engineers closed", "ALDA (Reuters) - Engineers closed")
    own = "The Brunn Courier has reported on the pier since its readers wrote in last spring."
    frame = articles(
        {"text": wire, "outlet": "The Alda Post"},
        {"text": f"{wire}\n\n{own}", "outlet": "The Brunn Courier"},
        {"text": make_copy(wire, seed=3).text, "outlet": "The Alda Post"},
    )
    lineage = find_lineage(frame)
    found = lineage.articles.set_index("article_id")
    assert found["lineage"].tolist() == ["wire", "wire", "copy"]
    assert found["used"].tolist() == [True, True, False]
    assert found["reason"].iloc[0] == "text of Reuters"
    shared = lineage.shared[lineage.shared["article_id"] == "000000000001"]
    text = frame["text"].iloc[1]
    stretches = [text[row.start : row.end] for row in shared.itertuples()]
    assert any("Some 18,000 cars" in stretch for stretch in stretches)
    assert not any(own in stretch for stretch in stretches)


def test_lineage_marks_a_single_agency_article_but_not_the_agency_itself():
    text = "Bridge closed\n\nALDA (Reuters) - Engineers closed the bridge on Tuesday at noon."
    found = marked(
        articles({"text": text, "outlet": "Reuters"}, {"text": TRIAL, "byline": "Reuters"})
    )
    assert found["lineage"].tolist() == ["original", "wire"]
    assert found["reason"].iloc[1] == "credited to Reuters"


def test_lineage_sets_a_spun_rewrite_aside_and_no_second_report():
    second = """Alda loses its bridge for weeks

Commuters woke on Wednesday to queues at the ferry after the city shut the Merin bridge.

“I have waited an hour,” said Jonas Feld, a nurse on his way to the north bank.

Ilse Brandt, the city engineer, blamed a crack in one pier. Otto Lenz, the mayor, wants a report.

The harvest fair may be moved to the south bank, its organisers told the Courier.

Alda First demanded that the council meet in public on Thursday evening.

Trains are not affected, the railway company said, and run every ten minutes."""
    found = marked(
        articles(
            {"text": BRIDGE, "outlet": "The Alda Post", "published": "2031-05-06"},
            {
                "text": spin(BRIDGE, seed=1),
                "outlet": "News Mill",
                "published": "2031-05-07",
            },
            {"text": second, "outlet": "The Brunn Courier", "published": "2031-05-07"},
        )
    )
    assert found["lineage"].tolist() == ["original", "rewrite", "original"]
    assert found["used"].tolist() == [True, False, True]


def test_lineage_does_not_depend_on_the_order_of_rows():
    rows = [
        {"text": BRIDGE, "outlet": "The Alda Post"},
        {"text": make_copy(BRIDGE, seed=4).text},
        {"text": make_copy(BRIDGE, seed=5).text, "outlet": "The Alda Post"},
        {"text": TRIAL},
        {"text": spin(TRIAL, seed=2), "outlet": "News Mill"},
    ]
    frame = articles(*rows)
    one = find_lineage(frame)
    other = find_lineage(frame.iloc[::-1])
    pd.testing.assert_frame_equal(
        one.articles.sort_values("article_id", ignore_index=True),
        other.articles.sort_values("article_id", ignore_index=True),
    )
    pd.testing.assert_frame_equal(one.pairs, other.pairs)
    pd.testing.assert_frame_equal(one.shared, other.shared)
    assert other.articles["article_id"].tolist() == frame["article_id"].tolist()[::-1]


def test_pairs_that_others_compared_give_the_same_lineage(monkeypatch):
    rows = [{"text": make_copy(text, seed=at).text} for at in range(6) for text in (BRIDGE, TRIAL)]
    frame = articles(*rows, {"text": spin(TRIAL, seed=2), "outlet": "News Mill"})
    alone = find_lineage(frame)
    monkeypatch.setattr(comparison, "_BATCH", 4)
    asked = []

    def spread(batches):
        for batch in batches:
            asked.append(batch)
            yield from comparison.compare_texts(batch)

    together = find_lineage(frame, spread=spread)
    assert len(asked) > 2 and all(len(batch.places) <= 4 for batch in asked)
    pd.testing.assert_frame_equal(alone.articles, together.articles)
    pd.testing.assert_frame_equal(alone.pairs, together.pairs)
    pd.testing.assert_frame_equal(alone.shared, together.shared)


def test_lineage_of_a_hundred_copies_is_one_story():
    frame = articles(*({"text": make_copy(BRIDGE, seed=at).text} for at in range(100)))
    found = marked(frame)
    assert found["used"].sum() == 1
    assert found.loc[~found["used"], "lineage_of"].nunique() == 1


def test_lineage_accepts_no_articles_and_empty_texts():
    nothing = find_lineage(articles({"text": BRIDGE}).iloc[:0])
    assert [len(nothing.articles), len(nothing.pairs), len(nothing.shared)] == [0, 0, 0]
    found = marked(articles({"text": ""}, {"text": ""}, {"text": "Yes."}))
    assert found["lineage"].tolist() == ["original"] * 3


def test_lineage_tables_pass_their_check():
    lineage = find_lineage(articles({"text": BRIDGE}, {"text": make_copy(BRIDGE, seed=6).text}))
    check_table(lineage.pairs, "lineage_pairs")
    check_table(lineage.shared, "shared_sentences")
    assert lineage.pairs["kind"].tolist() == ["copy"]
    there = lineage.shared["article_id"] == "000000000001"
    assert there.sum() * 2 == len(lineage.shared)  # each pair of sentences stands both ways


def test_shared_spans_lie_inside_the_texts_and_say_the_same():
    copy = make_copy(BRIDGE, seed=7).text
    frame = articles({"text": BRIDGE}, {"text": copy})
    texts = dict(zip(frame["article_id"], frame["text"], strict=True))
    for row in find_lineage(frame).shared.itertuples():
        here = texts[row.article_id][row.start : row.end]
        there = texts[row.other_id][row.other_start : row.other_end]
        words = [
            set(one.lower().replace("“", "").replace("”", "").split()) for one in (here, there)
        ]
        assert len(words[0] & words[1]) >= 0.6 * min(map(len, words))


@pytest.mark.parametrize(
    ("byline", "text", "agency"),
    [
        ("By Ana Ruiz, Associated Press", "", "Associated Press"),
        ("unknown", "Talks open\n\nALDA, Varland (AP) — Talks opened.", "Associated Press"),
        ("unknown", "(Reuters) - Talks opened.", "Reuters"),
        ("unknown", "Talks opened.\n\n© AFP 2031", "Agence France-Presse"),
        ("unknown", "Talks opened, Reuters reported.", ""),
        ("By Ana Ruiz; Reuters contributed to this report", "", ""),
        ("By Paula Apt", "The app (AP) is new", ""),
    ],
)
def test_credit_is_read_where_agencies_put_it(byline, text, agency):
    assert find_credit(byline, text) == agency


def test_unlisted_credit_reads_a_dateline_but_not_the_outlets_own_letters():
    text = "Bridge closed\n\nALDA (XPA) — Engineers closed the bridge."
    assert unlisted_credit(text, "The Alda Post") == "XPA"
    assert unlisted_credit(text, "XPA Online") == ""
    assert unlisted_credit("The Xeno Party (XPA) won.", "The Alda Post") == ""


def test_agency_is_known_by_name_or_address():
    assert agency_named("Reuters", "unknown") == "Reuters"
    assert agency_named("unknown", "https://www.apnews.com/x") == "Associated Press"
    assert agency_named("The Alda Post", "https://post.example/reuters.com") == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Free Square", "freesquare.example", True),
        ("Maravik Business Record", "www.businessrecord.example", True),
        ("The Alda Post", "The Alda Times", False),
        ("The Post", "The Brunn Post", False),
    ],
)
def test_same_outlet_by_name_or_host(one, other, same):
    assert same_outlet(one, other) is same


def test_sentences_end_at_stops_and_lines_but_not_at_titles():
    text = "Mr. Lenz spoke. “We wait.” Gen. Oro left\nThe end"
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "Mr. Lenz spoke.",
        "“We wait.”",
        "Gen. Oro left",
        "The end",
    ]


@given(st.text(alphabet=st.sampled_from('aB1 .!?\n"”“’é\u200b'), max_size=80))
def test_sentence_spans_are_in_order_inside_the_text_and_hold_every_letter(text):
    spans = sentence_spans(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert sorted(filter(str.isalnum, covered)) == sorted(filter(str.isalnum, text))


def test_matching_agrees_with_a_slow_comparison_of_word_runs():
    one, other = split_grid(BRIDGE), split_grid(make_copy(BRIDGE, seed=8).text)
    matches = {(m.one, m.other) for m in match_sentences(one, other)}

    def runs(grid, at):
        start, end = grid.spans[at]
        letters = "".join(c for c in grid.text[start:end].lower() if c.isalnum() or c in " \n-")
        words = letters.replace("-", " ").split()
        return {tuple(words[k : k + 3]) for k in range(max(len(words) - 2, 1))}

    for row in range(len(one.spans)):
        for column in range(len(other.spans)):
            both = runs(one, row), runs(other, column)
            if one.n_words[row] >= 4 and other.n_words[column] >= 4:
                share = len(both[0] & both[1]) / min(map(len, both))
                assert ((row, column) in matches) == (share >= 0.6)


def test_order_agreement_of_the_same_the_reversed_and_a_single_order():
    grid = split_grid(TRIAL)
    same = match_sentences(grid, split_grid(TRIAL))
    assert order_agreement(same) == 1.0
    turned = "\n\n".join(TRIAL.split("\n\n")[::-1])
    assert order_agreement(match_sentences(grid, split_grid(turned))) < 0.2
    assert np.isnan(order_agreement(same[:1]))


def test_rewrite_alignment_keeps_the_order():
    matches = align_rewrite(TRIAL, spin(TRIAL, seed=3))
    assert len(matches) >= 6
    assert all(a.one < b.one and a.other < b.other for a, b in pairwise(matches))


def test_containment_counts_shared_shingles_both_ways():
    one, other = np.array([1, 2, 3, 4], np.uint64), np.array([3, 4, 5], np.uint64)
    assert containment(one, other) == (0.5, pytest.approx(2 / 3))
    assert containment(one, one[:0]) == (0.0, 0.0)


def test_index_pairs_agree_with_a_slow_loop():
    generator = np.random.default_rng(3)
    keys = [np.unique(generator.integers(0, 60, 12).astype(np.uint64)) for _ in range(20)]
    found = {tuple(pair) for pair in pairs_by_index(keys, common=100, least=3).tolist()}
    slow = {
        (i, j)
        for i in range(20)
        for j in range(i + 1, 20)
        if len(set(keys[i].tolist()) & set(keys[j].tolist())) >= 3
    }
    assert found == slow


def test_sketches_do_not_depend_on_the_batch():
    together = sketch_texts([BRIDGE, TRIAL])
    apart = [sketch_texts([text])[0] for text in (BRIDGE, TRIAL)]
    for one, other in zip(together, apart, strict=True):
        assert (one.shingles == other.shingles).all()
        assert (one.signature == other.signature).all()


def test_a_text_without_marks_has_the_same_shingles():
    bare = BRIDGE.replace("“", "").replace("”", "")
    one, other = sketch_texts([BRIDGE, bare])
    assert (one.shingles == other.shingles).all()
    assert propose_pairs([one, other]).tolist() == [[0, 1]]
