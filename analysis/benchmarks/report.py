"""The README's tables of validity and speed, written from the dated results and nothing else.

``python -m analysis.benchmarks.report`` after a measurement. Comes in: ``data/benchmarks.json`` and
``data/bench.json`` as the commands wrote them. Goes out: the same README with the text between the
markers replaced, and ``docs/scale.md`` likewise. Figures stand with their interval, n and floor;
one below its floor says so.
"""

from __future__ import annotations

import json
from pathlib import Path

from analysis.benchmarks import BENCHMARKS
from analysis.benchmarks.beyond import describe_beyond
from analysis.record import ROOT

# Least figure that is acceptable, per benchmark and key; set before the first measurement.
FLOORS: dict[str, dict[str, float]] = {
    "pages": {"line_f1": 0.85, "word_f1": 0.94, "article_recall": 0.97, "html_f1": 0.95},
    "attributions": {
        "direct_content_f1": 0.96,
        "content_f1": 0.72,
        "cue_f1": 0.72,
        "speaker_accuracy": 0.82,
        "content_f1_no_marks": 0.50,
    },
    "basil_voice": {"in_quote_f1": 0.90},
    "lineage": {"copy_recall": 0.99, "copy_precision": 0.99, "recovered_quote_f1": 0.95},
    "same_event": {"bcubed_f1": 0.88},
    "basil": {
        "auc_lexical_outlet_voice": 0.77,
        "concordance_lexical": 0.60,
        "top_outlet_hit": 0.45,
        "evidence_hit": 0.60,
    },
    "babe": {"macro_f1": 0.78, "auc_within_outlet": 0.78},
    "newsmtsc": {"macro_f1": 0.72},
    "subjectivity": {"macro_f1": 0.72},
    "editorials": {"pearson_r": 0.76},
    "entity_stance": {"contrast_concordance": 0.60},
    "policy_frames": {"micro_f1": 0.72, "macro_f1": 0.60, "macro_auc": 0.84},
    "narrative_frames": {"macro_f1": 0.55, "role_macro_f1": 0.55},
    "moral_events": {"agent_f1": 0.60, "patient_f1": 0.60},
    "labelling": {"mention_f1": 0.46},
    "claims": {"not_found_precision": 0.95, "carried_recall": 0.90},
    "coverage": {"lowest": 0.93},
    "correction": {"corrected_lowest": 0.93},
}


def write_tables(readme: Path, benchmarks: Path, bench: Path) -> None:
    """Rewrite the README's tables between ``<!-- NAME -->`` and ``<!-- /NAME -->``."""
    text = readme.read_text(encoding="utf-8")
    for name, path, table in (
        ("benchmarks", benchmarks, validity_table),
        ("bench", bench, speed_table),
    ):
        if path.exists():
            results = json.loads(path.read_text(encoding="utf-8"))
            text = _between(text, name, table(results))
    readme.write_text(text, encoding="utf-8")


def write_beyond(page: Path, bench: Path) -> None:
    """Rewrite the model of larger corpora in ``docs/scale.md`` from the speeds measured."""
    results = json.loads(bench.read_text(encoding="utf-8")) if bench.exists() else {}
    text = _between(page.read_text(encoding="utf-8"), "beyond", describe_beyond(results))
    page.write_text(text, encoding="utf-8")


def validity_table(results: dict) -> str:
    """Return the Markdown table of all measured figures, in the order of the benchmarks."""
    lines = [
        "| benchmark | figure | measured [95 % interval] | n | floor | best baseline | date |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in BENCHMARKS:
        if name not in results:
            continue
        one = results[name]
        for key, interval in one["intervals"].items():
            lines.append(
                f"| `{name}` | `{key}` | {_shown(one[key], interval)} | {_count(one['n'][key])} "
                f"| {_floor(name, key, one[key])} | {_best(one['baselines'], key)} "
                f"| {one['measured']} |"
            )
    return "\n".join(lines)


def speed_table(results: dict) -> str:
    """Return the Markdown table of speed ratios, each with its peer and conditions."""
    lines = [
        "| what | figure | measured | n | cores | beside | date |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in results.items():
        for key, value in one.items():
            if not isinstance(value, int | float) or key in ("n", "cores", "rounds"):
                continue
            shown = f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
            lines.append(
                f"| `{name}` | `{key}` | {shown} | {one.get('n', ''):,} | {one.get('cores', '')} "
                f"| {one.get('beside', '')} | {one['measured']} |"
            )
    return "\n".join(lines)


def _shown(value: float | None, interval: list) -> str:
    if value is None:
        return "not measured"
    if interval[0] is None:
        return f"{value:.3f}"
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _count(count: list) -> str:
    return f"{count[0]:,} {count[1]}"


def _floor(name: str, key: str, value: float | None) -> str:
    floor = FLOORS.get(name, {}).get(key)
    if floor is None:
        return ""
    missed = value is None or value < floor
    return f"{floor:.2f}, **not met**" if missed else f"{floor:.2f}"


def _best(baselines: dict, key: str) -> str:
    measured = {who: one[key] for who, one in baselines.items() if one.get(key) is not None}
    if not measured:
        return ""
    who = max(measured, key=measured.get)
    return f"{measured[who]:.3f} {who}"


def _between(text: str, name: str, table: str) -> str:
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    if opening not in text or closing not in text:
        raise ValueError(f"the page lacks the markers {opening} and {closing}")
    before, rest = text.split(opening, 1)
    return f"{before}{opening}\n{table}\n{closing}{rest.split(closing, 1)[1]}"


if __name__ == "__main__":
    data = ROOT / "data"
    write_tables(ROOT / "README.md", data / "benchmarks.json", data / "bench.json")
    write_beyond(ROOT / "docs" / "scale.md", data / "bench.json")
