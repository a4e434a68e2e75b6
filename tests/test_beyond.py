"""The model of larger corpora: its arithmetic, on numbers one can follow by eye."""

from analysis.benchmarks.beyond import describe_beyond
from analysis.benchmarks.report import speed_table, write_beyond

# An article costs 1 ms that cannot be shared out, and 10 ms of one core that can.
STAGES = {"read": 4.0, "lineage": 6.0, "clean": 20.0, "voices and scores": 30.0}
RUN = {
    "run": {
        "cores": 2,
        "measured": "2031-01-01",
        "n": 10_000,
        "articles_per_second": 166.0,
        "segments_per_article": 50.0,
        "by_size": {
            "1000": {"seconds": 6.0, "peak_mb": 500, "stages": STAGES},
            "10000": {"seconds": 60.0, "peak_mb": 1400, "stages": STAGES, "disk_mb": 1000},
        },
    }
}


def test_a_million_articles_take_what_is_shared_out_over_cores_and_what_is_not():
    told = describe_beyond(RUN)
    assert "s = 1.0 ms" in told
    assert "p = 10.0 ms" in told
    # N (s + p / 16) = 1e6 (0.001 + 0.01 / 16) seconds = 1,625 s
    assert "| 16 cores | 27 minutes | 615 |" in told
    assert "no more than 1 / s = 1,000 articles per second" in told


def test_memory_is_a_line_through_the_sizes_that_were_measured():
    told = describe_beyond(RUN)
    assert "400 MB and 100.0 MB per thousand articles, so 100 GB for a million" in told
    assert "64 GB hold about 640,000 articles" in told


def test_without_two_sizes_it_says_what_to_run(tmp_path):
    page = tmp_path / "scale.md"
    page.write_text("# Title\n<!-- beyond -->\nold\n<!-- /beyond -->\nend\n")
    write_beyond(page, tmp_path / "none.json")
    assert "Not measured yet" in page.read_text()
    assert page.read_text().endswith("<!-- /beyond -->\nend\n")


def test_the_table_of_speeds_has_a_row_per_figure_with_its_n_and_cores():
    table = speed_table(RUN)
    assert "| `run` | `articles_per_second` | 166 | 10,000 | 2 |" in table
    assert "`n`" not in table
