"""The bench of the stages times every one of them and says what it rests on."""

from analysis.benchmarks.generator import generate_corpus
from analysis.benchmarks.stage_speed import measure_stages, run_stages

STAGES = {"read", "clean", "lineage", "events", "sentences", "actors", "quotations", "voices",
          "word_lists"}  # fmt: skip


def test_every_stage_is_timed_once(tmp_path):
    path = tmp_path / "corpus.csv"
    generate_corpus(12, words=120).drop(columns="truth").to_csv(path, index=False)
    seconds = run_stages(path)
    assert set(seconds) == STAGES
    assert min(seconds.values()) > 0


def test_figures_are_articles_per_second_and_the_run_is_asked_for_2000():
    asked = []

    def alone(job, n):
        asked.append((job, n))
        return {"seconds": 100.0, "peak_mb": 900}

    found = measure_stages(alone, n=6, rounds=1)
    assert asked == [("run", 2_000)]
    assert (found["run_of_2000_seconds"], found["run_of_2000_peak_mb"]) == (100.0, 900)
    each = [found[f"{stage}_articles_per_second"] for stage in STAGES]
    # Seconds add up: the rate of all stages is the harmonic sum of theirs.
    assert abs(1 / found["all_articles_per_second"] - sum(1 / one for one in each)) < 1e-9
