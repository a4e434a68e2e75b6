"""The reader: every text is shown as text, and voices, cuts and evidence are told apart."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from analysis.figures.explore import explore_articles, explore_outlets
from analysis.figures.reader import choose_article, find_sentences, show_article, show_pair
from analysis.figures.selection import Tables
from tests.invented_tables import QUOTED, STATED, make_run

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def page_of(folder, article_id="a00000000000", **options):
    return show_article(article_id, Tables(folder), **options)


def tree_of(page):
    """Parse the page's body as XML, which also shows that every tag is closed."""
    return etree.fromstring(page.body)


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
    page = explore_articles(Tables(run))
    for text in (page.looks, page._esm):
        assert not re.search(r"https?:|@import|url\(|import\s", text)


def test_the_sentences_behind_a_dot_are_the_highest_first(run):
    data = Tables(run)
    scores = data.scores
    scores.loc[scores["segment_id"].str.startswith("a00000000001"), "value"] = 5.0
    found = find_sentences(data, top=3)
    assert set(found["outlet"]) == {"Beta Times"}
    assert find_sentences(data, top=3, lowest=True)["value"].tolist() == [0.0, 0.0, 0.0]


def test_choose_article_never_takes_one_that_is_set_aside(run):
    assert choose_article(Tables(run)) in ("a00000000000", "a00000000001")


def test_the_widget_holds_a_page_an_article_and_its_text_says_how_to_use_it(run):
    widget = explore_articles(Tables(run), first="a00000000001")
    assert widget.first == "a00000000001"
    assert {page["outlet"] for page in widget.pages} == {"Alpha Post", "Beta Times"}
    assert "run this notebook" in repr(widget)


def test_choosing_an_outlet_changes_the_sentences(run):
    box = explore_outlets(Tables(run))
    controls, picture, sentences = box.children
    assert 'src="data:image/png;base64,' in picture.value
    before = sentences.value
    controls.children[3].value = "Beta Times"
    assert controls.children[3].options == ("Alpha Post", "Beta Times")
    assert before.count("<tr") == sentences.value.count("<tr")
