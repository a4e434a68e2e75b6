"""Lists of dates: a programme stays, teasers newest first go."""

from __future__ import annotations

import pytest

from analysis.text.pages.dated_lists import dated_lists

PROGRAMME = ["June 9 – Oslo", "Jun. 12 – Bergen", "Sat, July 1 – Turku", "3 July – Pori"]


def test_dates_in_order_of_time_are_a_list() -> None:
    lines = ["The choir goes north.", *PROGRAMME, "Tickets are sold at the door."]
    assert dated_lists(lines).tolist() == [False, True, True, True, True, False]


@pytest.mark.parametrize(
    "lines",
    [
        PROGRAMME[:3],
        PROGRAMME[::-1],
        ["Oslo in June", "Bergen in June", "Turku in July", "Pori in July"],
        ["May 3, 2019", "May 4, 2019", "May 5, 2019", "May 6, 2019"],
        [],
    ],
    ids=["too few", "newest first", "no day", "a date and nothing else", "nothing"],
)
def test_other_lines_are_none(lines: list[str]) -> None:
    assert not dated_lists(lines).any()


def test_a_list_ends_where_time_turns_back() -> None:
    lines = [*PROGRAMME, "May 1 – a teaser", "May 2 – another"]
    assert dated_lists(lines).tolist() == [True] * 4 + [False] * 2
