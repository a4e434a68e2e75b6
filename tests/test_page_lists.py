"""Lists on a copied page: priced items and refrains stay, menus and counts go. All invented."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.text.cleaning import clean_documents, undo
from analysis.text.corpus import documents_of_texts
from analysis.text.pages.furniture import count_words, is_sentence
from analysis.text.pages.line_features import features
from analysis.text.pages.page_lists import (
    categories,
    menus,
    priced_lists,
    refrains,
    stray_marks,
)

STORY = "Winter is near, and these are the best deals on lanterns, with prices from $9 a piece."
ITEMS = [
    line
    for name, price in (("Harbour", 19), ("Pier", 24), ("Buoy", 9), ("Mole", 31))
    for line in (f"{name} lantern", "Burns for ten hours", f"${price}.00", "Sold by Lamp & Son")
]


def places(lines: list[str], kept: list[str]) -> np.ndarray:
    return np.array([line in kept for line in lines])


def test_priced_items_go_on_with_a_story_about_buying() -> None:
    lines = ["Home", STORY, *ITEMS, "Most read", "Weather"]
    found = priced_lists(lines, places(lines, [STORY]), places(lines, [STORY]))
    assert [line for line, stays in zip(lines, found, strict=True) if stays] == [STORY, *ITEMS]


@pytest.mark.parametrize(
    ("story", "items"),
    [
        ("The council met in the old hall on Monday and spoke of the harbour for hours.", ITEMS),
        (STORY, ITEMS[:12]),
        (STORY, [line if "$" not in line else "$9.00" for line in ITEMS]),
        (STORY, ["Weather"] * 20 + ITEMS),
    ],
    ids=["another story", "three items", "one price again and again", "far from the story"],
)
def test_other_prices_are_somebodys_shop(story: str, items: list[str]) -> None:
    lines = [story, *items]
    assert not priced_lists(lines, places(lines, [story]), places(lines, [story])).any()


def test_a_line_that_leads_into_the_story_each_time_is_its_refrain() -> None:
    answers = [
        f"I came to the port in {year} and never left it again." for year in (1990, 1994, 2001)
    ]
    lines = [line for answer in answers for line in ("Why did you come?", answer, "Getty")]
    open_, likely = np.ones(9, dtype=bool), np.full(9, 0.05)
    found = refrains(lines, places(lines, answers), open_, likely)
    assert found.tolist() == [True, False, False] * 3
    # Twice is no refrain; a rule's word stands; what the model is sure of stays out.
    assert not refrains(lines[:6], places(lines[:6], answers), open_[:6], likely[:6]).any()
    assert not refrains(lines, places(lines, answers), ~open_, likely).any()
    assert not refrains(lines, places(lines, answers), open_, np.full(9, 0.01)).any()


def test_a_line_that_leads_nowhere_is_no_refrain() -> None:
    lines = ["Why did you come?", "Share"] * 4
    kept = np.zeros(8, dtype=bool)
    assert not refrains(lines, kept, ~kept, np.full(8, 0.2)).any()


def test_a_run_of_short_lines_of_which_none_is_sure_is_a_menu() -> None:
    lines = ["Boats", "Nets", "Ropes", "Sails", "Oars", "Masts", "Tar", "Flags"]
    kept, prose = np.ones(8, dtype=bool), np.zeros(8, dtype=bool)
    assert menus(lines, kept, prose, np.full(8, 0.35)).all()
    assert not menus(lines, kept, prose, np.full(8, 0.6)).any()
    assert not menus(lines[:7], kept[:7], prose[:7], np.full(7, 0.35)).any()
    # A sentence amid them parts the run.
    prose[4] = True
    assert not menus(lines, kept, prose, np.full(8, 0.35)).any()


def test_categories_are_many_and_each_has_its_count() -> None:
    lines = ["Boats (3)", "Nets (12)", "Ropes (1)", "Sails (9)", "Oars (30)"]
    assert categories([*lines, "The end."]).tolist() == [True] * 5 + [False]
    assert not categories(lines[:4]).any()


def test_stray_marks_close_what_is_gone() -> None:
    assert stray_marks([").", ",", "———————", "a", "5"]).tolist() == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_words_are_counted_where_no_spaces_are_written() -> None:
    line = "港は昨日の夜から閉鎖され、船は一隻も出なかった。"
    assert count_words(line) > 8 and is_sentence(line)
    assert count_words("The port is shut.") == 4
    # The features see a sentence of as many words, not one long word.
    row = features([line, "ホーム"], [None, None])[0]
    assert row[1] > np.log1p(8) and row[2] == 1 and row[5] <= 2


def test_a_list_of_the_article_survives_cleaning_and_all_can_be_undone() -> None:
    menu = [
        "Home",
        "News",
        "Sport",
        "Culture",
        "Travel",
        "Sign in",
        "Subscribe",
        "Search",
        "Weather",
    ]
    more = "She tried each of them on the pier for a week, and bought two at the sale herself."
    foot = ["About us", "Contact", "Jobs", "Terms", "Privacy policy", "Help", "Archive", "Sitemap"]
    page = "\n".join([*menu, "The best lanterns of the winter", STORY, more, *ITEMS, *foot])
    documents = documents_of_texts([page], sources=["a"])
    cleaned = clean_documents(documents)
    text = cleaned.articles["text"][0]
    assert all(item in text for item in ITEMS)
    assert "Sitemap" not in text and "Culture" not in text
    assert undo(text, cleaned.cuts) == documents["raw"][0]
