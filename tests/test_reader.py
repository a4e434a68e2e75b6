"""The reader: every text is shown as text, and voices, cuts and evidence are told apart."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from lxml import etree

from analysis.figures.dots import plot_outlets
from analysis.figures.explore import explore_articles, explore_outlets
from analysis.figures.open_marks import open_marks
from analysis.figures.panels import plot_panels
from analysis.figures.reader import (
    choose_article,
    find_sentences,
    quote_first,
    show_article,
    show_pair,
    show_rows,
)
from analysis.figures.selection import Tables
from tests.code_host import as_code_host
from tests.invented_tables import QUOTED, STATED, make_run

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def page_of(folder, article_id="a00000000000", **options):
    return show_article(article_id, Tables(folder), **options)


def tree_of(page):
    """Parse the page's body as XML, which also shows that every tag is closed."""
    return etree.fromstring(page.body)


def open_chart(data, voices=("outlet",)):
    return open_marks(plot_outlets(data.estimates_of("loaded_words", voices=voices)), data)


@pytest.fixture
def run(tmp_path):
    make_run(tmp_path)
    return tmp_path


def test_the_page_holds_the_whole_text_in_order(run):
    tree = tree_of(page_of(run, furniture=False))
    paragraphs = ["".join(p.itertext()) for p in tree if p.get("class") is None]
    shown = [re.sub(r"^A|(?<= )A(?=“)", "", text) for text in paragraphs]
    assert shown == ["Gate three opened", f"{STATED} {QUOTED} said Ana Vell.", "Rain fell."]


def test_a_quotation_is_marked_with_its_speaker_s_letter_and_the_key_names_it(run):
    tree = tree_of(page_of(run))
    (quoted,) = [node for node in tree.iter("i") if "Ana Vell" in (node.get("title") or "")]
    assert quoted.text == QUOTED
    assert quoted.getprevious().text == "A"
    key = "".join(tree.find(".//p[@class='oa-key']").itertext())
    assert "A Ana Vell (4 words)" in key


def test_the_outlet_s_own_voice_is_plain(run):
    tree = tree_of(page_of(run, measure=None))
    (lead,) = [p for p in tree.iter("p") if "".join(p.itertext()).startswith("The minister")]
    assert lead.text.startswith(STATED)


def test_cut_furniture_is_struck_out_where_it_stood_and_can_be_left_out(run):
    assert tree_of(page_of(run)).find("p/del").text == "Share this"
    assert tree_of(page_of(run, furniture=False)).findall("p/del") == []


def test_evidence_is_marked_with_its_weight_and_label(run):
    (mark,) = [m for m in tree_of(page_of(run)).iter("mark") if m.get("tabindex") == "0"]
    assert mark.text == "refused"
    assert mark.get("data-about") == "loaded words: doubting; weight 1"
    assert float(mark.get("data-weight")) == 1


def test_markup_in_texts_and_names_shows_as_text(tmp_path):
    make_run(tmp_path, [EVIL, "Beta"], text=f"{EVIL}\n\n{EVIL} {QUOTED}\n\nEnd.", headline=EVIL)
    page = str(page_of(tmp_path))
    assert "<script" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not [node for node in tree_of(page_of(tmp_path)).iter("script", "img")]


def test_tags_tell_the_voices_apart_without_the_style_sheet(run):
    body = page_of(run).body
    assert "<style" not in body
    assert re.search(r"<sup>A</sup><i [^>]*>“The dam is safe,”</i>", body)
    assert "<del" in body and "<mark" in body


def test_a_code_host_s_view_tells_every_voice_apart(run):
    """Without classes, styles and scripts, signs, letters and plain tags still say whose words."""
    data = Tables(run)
    article = "a00000000000"
    mine = data.segments["article_id"] == article
    voices = ["scare", "unresolved", "quoted", "attributed"]
    chosen = data.segments[mine].head(4)
    data.segments.loc[chosen.index, "voice"] = voices
    data.segments.loc[chosen.index, "speaker"] = ["", "", "Ana Vell", "Ben Orr"]
    seen = as_code_host(str(show_article(article, data)))
    assert "<style" not in seen and "class=" not in seen
    for tag, sign, text in zip(
        ["em", "span", "i", "ins"], ["~", r"\?", "A", "B"], chosen["text"], strict=True
    ):
        start = re.escape(text.split()[0])
        assert re.search(rf"<sup>{sign}</sup><{tag}[^>]*>(<mark[^>]*>)?\s*{start}", seen), (
            tag,
            seen,
        )
    key = re.sub("<[^>]+>", "", seen)
    for words in ("italics: quoted", "underlined: reported", "~scare quotes", "?voice undecided"):
        assert words in key
    assert "<del" in seen and "<mark" in seen


def test_rows_are_shown_with_their_texts_in_full_and_escaped():
    rows = pd.DataFrame({"text": [f"{EVIL} {'word ' * 40}end"], "value": [0.123456]})
    shown = str(show_rows(rows))
    assert "word end" in shown and "0.123" in shown
    assert "<script" not in shown and "<img" not in shown


def test_an_unknown_article_is_told(run):
    with pytest.raises(ValueError, match="no article has the id 'b1'"):
        page_of(run, "b1")


def test_few_paragraphs_say_how_many_are_left_out(run):
    assert "2 paragraphs not shown" in page_of(run, paragraphs=1).body


def test_an_article_that_was_set_aside_says_why(run):
    assert "set aside: copy of another article" in page_of(run, "a00000000002").body


def test_two_articles_stand_side_by_side(run):
    page = show_pair("a00000000000", "a00000000001", Tables(run))
    outlets = [p.text for p in etree.fromstring(page.body).findall(".//p[@class='oa-about']/small")]
    assert [text.split(" · ")[0] for text in outlets] == ["Alpha Post", "Beta Times"]


def test_the_style_sheet_and_script_fetch_nothing(run):
    data = Tables(run)
    page, chart = (
        explore_articles(data),
        open_chart(data),
    )
    for text in (page.looks, page._esm, chart._esm):
        assert not re.search(r"https?:|@import|url\(|import\s", text)


def test_the_sentences_behind_a_dot_are_the_highest_first(run):
    data = Tables(run)
    scores = data.scores
    scores.loc[scores["segment_id"].str.startswith("a00000000001"), "value"] = 5.0
    found = find_sentences(data, top=1)  # their other sentences are fragments
    assert set(found["outlet"]) == {"Beta Times"}
    assert find_sentences(data, top=1, lowest=True)["value"].tolist() == [0.0]


def test_a_fragment_stands_behind_every_sentence(run):
    data = Tables(run)
    for lowest in (False, True):
        texts = find_sentences(data, top=99, lowest=lowest)["text"]
        short = texts.str.count(r"\w+") < 4
        assert short.any() and not short.all()
        assert short.is_monotonic_increasing


def test_choose_article_never_takes_one_that_is_set_aside(run):
    assert choose_article(Tables(run)) in ("a00000000000", "a00000000001")


def test_the_widget_holds_a_page_an_article_and_its_text_says_how_to_use_it(run):
    widget = explore_articles(Tables(run), first="a00000000001")
    assert widget.first == "a00000000001"
    assert {page["outlet"] for page in widget.pages} == {"Alpha Post", "Beta Times"}
    assert "run this notebook" in repr(widget)


def test_choosing_an_outlet_changes_the_sentences(run):
    box = explore_outlets(Tables(run))
    controls, place = box.children
    (chart,) = place.children
    assert chart.picture.startswith("data:image/png;base64,")
    assert "Alpha Post" in chart.sentences
    controls.children[3].value = "Beta Times"
    assert "Beta Times" in chart.sentences and "Alpha Post" not in chart.sentences


def test_a_dot_opens_the_segments_that_its_estimate_is_made_of(run):
    data = Tables(run)
    chart = open_chart(data, ["outlet", "quoted"])
    assert [words.split(":")[0] for _, _, words in chart.marks] == [
        "Alpha Post, own voice", "Beta Times, own voice", "Alpha Post, quoted", "Beta Times, quoted"
    ]  # fmt: skip
    chart.chosen = 2
    assert "1 segment behind it" in chart.sentences and "The dam is safe" in chart.sentences
    own = data.segments[data.segments["voice"] == "outlet"]
    used = own[own["article_id"] == "a00000000001"]
    chart.chosen = 1
    assert f"{len(used)} segments behind it" in chart.sentences
    assert '<mark title="doubting; weight 1">refused</mark>' in chart.sentences


def test_dots_lie_where_the_picture_shows_them(run):
    import base64
    from io import BytesIO

    import numpy as np
    from PIL import Image

    data = Tables(run)
    chart = open_chart(data)
    picture = Image.open(BytesIO(base64.b64decode(chart.picture.split(",")[1]))).convert("L")
    grey = np.array(picture)
    for x, y, _ in chart.marks:
        row, column = round(y * picture.height), round(x * picture.width)
        assert grey[row - 2 : row + 3, column - 2 : column + 3].max() < 60  # inside a black dot


def test_a_chart_of_panels_has_the_dots_of_all_panels(run):
    data = Tables(run)
    chart = open_marks(plot_panels(data.estimates_of("loaded_words"), by="label"), data)
    assert len(chart.marks) == 2


def test_actors_are_followed_by_a_signed_number_and_frames_stand_before_their_stretch(run):
    data = Tables(run)
    said = data.segments[data.segments["text"].str.contains("refused", regex=False)].iloc[0]
    rows = [
        (said["segment_id"], "sentiment_toward", "The minister", said["start"], said["start"] + 12,
         -0.4),
        (said["segment_id"], "policy_frames", "public_opinion", said["start"], said["end"], 0.73),
    ]  # fmt: skip
    more = pd.DataFrame(rows, columns=list(data.evidence.columns))
    data._frames["evidence"] = pd.concat([data.evidence, more], ignore_index=True)
    measures = ["loaded_words", "sentiment_toward", "policy_frames"]
    tree = tree_of(show_article(said["article_id"], data, measure=measures))
    marks = {m.get("data-measure"): m for m in tree.iter("mark") if m.get("tabindex")}
    assert marks["sentiment_toward"].text == "The minister"
    assert marks["sentiment_toward"].getnext().text == "−.40"
    assert marks["policy_frames"].text == "public opinion .73"
    assert marks["policy_frames"].tail == " "
    assert marks["loaded_words"].text == "refused"
    alone = tree_of(show_article(said["article_id"], data, measure="policy_frames"))
    assert {m.get("data-measure") for m in alone.iter("mark")} == {"policy_frames", None}


def test_words_that_a_reader_would_hardly_mark_are_not_marked(run):
    data = Tables(run)
    rows = data.evidence.assign(measure="loaded_language", weight=0.4)
    data._frames["evidence"] = rows
    (article, *_) = data.articles["article_id"]
    body = show_article(article, data, measure="loaded_language").body
    assert "data-weight" not in body
    data._frames["evidence"] = rows.assign(weight=0.6)
    assert 'data-weight="0.6"' in show_article(article, data, measure="loaded_language").body


def test_hostile_text_stays_text_in_every_widget(tmp_path):
    make_run(tmp_path, [EVIL, "Beta"], text=f"{EVIL}\n\n{EVIL} {QUOTED}\n\nEnd.", headline=EVIL)
    data = Tables(tmp_path)
    reader, chart = (
        explore_articles(data),
        open_chart(data),
    )
    shown = [page["html"] for page in reader.pages] + [chart.sentences]
    for html in shown:
        assert "&lt;script&gt;" in html
        nodes = list(etree.HTML(html).iter())
        assert not {node.tag for node in nodes} & {"script", "img"}
        assert not [name for node in nodes for name in node.attrib if name.startswith("on")]


def test_the_page_is_html_that_a_strict_parser_reads(run):
    for page in (page_of(run), show_pair("a00000000000", "a00000000001", Tables(run))):
        ids = [node.tag for node in etree.fromstring(page.body).iter()]
        assert ids[0] == "div"


def test_claims_that_two_articles_share_have_one_number(run):
    data = Tables(run)
    spans = data.segments[data.segments["text"].str.contains("refused", regex=False)]
    claims = pd.DataFrame(
        [
            {"claim_id": "c1", "article_id": row.article_id, "status": "carried",
             "start": row.start, "end": row.end}
            for row in spans.itertuples()
        ]
    )  # fmt: skip
    tree = etree.fromstring(show_pair("a00000000000", "a00000000001", data, claims=claims).body)
    assert [note.text for note in tree.iter("b") if note.get("class") == "oa-note"] == ["[1]"] * 2
    carried = [n for n in tree.iter("span") if "oa-carried" in (n.get("class") or "")]
    assert {node.get("data-claim") for node in carried} == {"c1"}


def test_a_row_is_quoted_by_a_sentence_rather_than_a_fragment(run):
    data = Tables(run)
    texts = data.segments.set_index("segment_id")["text"]
    words = texts.str.count(r"\w+")
    short, long = words.index[words.between(1, 3)][0], words.index[words >= 4][0]
    rows = pd.DataFrame({"term": ["both", "short", "none"],
                         "segments": [f"{short} {long}", short, ""]})  # fmt: skip
    found = quote_first(rows, data)
    assert found["term"].tolist() == ["both", "short"]
    assert found["text"].tolist() == [texts[long], texts[short]]
