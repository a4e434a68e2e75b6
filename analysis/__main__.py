"""python -m analysis: run a corpus, measure validity and speed, train, verify a figure.

Exit codes: 0 all went well; 1 nothing could be made; 2 the command was not understood;
3 the work was done but some input had problems (listed on the screen and in ``run.json``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path

EXIT_FAILED, EXIT_USAGE, EXIT_PROBLEMS = 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, do what it asks, return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.do(options)
    except KeyboardInterrupt:
        print("stopped; what was finished is kept, the same command goes on", file=sys.stderr)
        return 130
    except (ValueError, KeyError, OSError, RuntimeError, MemoryError) as error:
        # An expected refusal: the message says what and why; a traceback would hide it.
        if options.debug:
            raise
        text = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"error: {text}", file=sys.stderr)
        return EXIT_FAILED


def _run(options: argparse.Namespace) -> int:
    from analysis.run import run_corpus

    report = run_corpus(
        options.corpus,
        options.out,
        lexicons_only=options.lexicons_only,
        figures=not options.no_figures,
        notebooks=not options.no_notebooks,
        keep_notebooks=options.keep_notebooks,
        encoder=options.encoder,
        concepts=options.concepts,
        frames=options.frames,
        actors=options.actors,
        workers=options.workers,
        scheduler=options.scheduler,
        seed=options.seed,
    )
    for problem in report.problems.itertuples():
        print(f"{problem.severity}: {problem.source}: {problem.problem}", file=sys.stderr)
        if problem.advice:
            print(f"  {problem.advice}", file=sys.stderr)
    print(report.summary())
    return EXIT_PROBLEMS if len(report.problems) else 0


def _benchmark(options: argparse.Namespace) -> int:
    from analysis.benchmarks import BENCHMARKS, flatten, measure

    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        raise KeyError(f"no benchmark is called {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    results = _json_of(options.json)
    failed = 0
    for name in options.names or list(BENCHMARKS):
        try:
            measured = flatten(measure(name, options.data))
        except (FileNotFoundError, ImportError) as error:
            print(f"{name}: could not be measured: {error}", file=sys.stderr)
            failed += 1
            continue
        results[name] = {**measured, "measured": date.today().isoformat()}
        _print_figures(name, results[name])
        _write_json(options.json, results)
    return EXIT_FAILED if failed else 0


def _bench(options: argparse.Namespace) -> int:
    from analysis.benchmarks.speed import SIZES, SPEEDS, measure_speed

    unknown = [name for name in options.names if name not in SPEEDS]
    if unknown:
        raise KeyError(f"nothing to time is called {unknown[0]!r}; there are {', '.join(SPEEDS)}")
    sizes = sorted(set(options.sizes)) if options.sizes else SIZES
    results = _json_of(options.json)
    for name in options.names or list(SPEEDS):
        results[name] = {**measure_speed(name, sizes), "measured": date.today().isoformat()}
        print(name, json.dumps(results[name], ensure_ascii=False))
        _write_json(options.json, results)
    return 0


def _train(options: argparse.Namespace) -> int:
    from analysis.record import ROOT

    models = options.out or ROOT / "data" / "models"
    trainers = ("wording", "roles", "frames", "quotations", "furniture")
    if options.name not in trainers:
        raise KeyError(f"no weights are called {options.name!r}; there are {', '.join(trainers)}")
    train = _function(f"training.{options.name}", f"train_{options.name}")
    train(options.data, models / options.name)
    print(f"wrote {models / options.name}")
    return 0


def _function(module: str, name: str) -> Callable:
    """Return a function of the package; its module is loaded only when it is asked for."""
    return getattr(import_module(f"analysis.{module}"), name)


def _verify(options: argparse.Namespace) -> int:
    from analysis.figures.verify import verify

    report = verify(options.path)
    print(report)
    return 0 if report.ok else EXIT_FAILED


def _print_figures(name: str, measured: dict) -> None:
    for key, interval in measured["intervals"].items():
        value, (n, unit) = measured[key], measured["n"][key]
        shown = "not measured" if value is None else f"{value:.3f}"
        spread = "" if interval[0] is None else f" [{interval[0]:.3f}, {interval[1]:.3f}]"
        print(f"{name}.{key} = {shown}{spread}, n = {n} {unit}")
    for who, theirs in measured["baselines"].items():
        shown = ", ".join(f"{k} {v:.3f}" for k, v in theirs.items() if v is not None)
        print(f"  {who}: {shown}")


def _json_of(path: Path | None) -> dict:
    """Return what the file holds so far: a run of one benchmark leaves the others' figures."""
    if path is None or not path.exists():
        return {}
    return json.loads(path.read_text(encoding="utf-8"))


def _write_json(path: Path | None, results: dict) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.tmp")
    part.write_text(
        json.dumps(results, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    part.replace(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__.split("\n")[0])
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser(
        "run", help="from a folder or table of articles to tables and figures"
    )
    run.add_argument(
        "corpus", type=Path, help="a folder of documents, or one CSV, JSONL or Parquet"
    )
    run.add_argument("--out", type=Path, default=Path("out"), help="where to write (default: out)")
    run.add_argument("--lexicons-only", action="store_true", help="word lists only, no models")
    run.add_argument("--no-figures", action="store_true", help="do not draw the figures")
    run.add_argument("--no-notebooks", action="store_true", help="do not execute the notebooks")
    run.add_argument("--keep-notebooks", type=Path, help="also copy the executed notebooks here")
    run.add_argument("--encoder", default="all-MiniLM-L6-v2", help="encoder by name or directory")
    run.add_argument("--concepts", type=Path, help="YAML: your own words for one thing")
    run.add_argument("--frames", type=Path, help="YAML: your own frames, with examples")
    run.add_argument("--actors", type=Path, help="YAML: your own actors, with their other names")
    run.add_argument("--workers", type=int, help="worker processes on this machine")
    run.add_argument("--scheduler", help="address of a running Dask scheduler")
    run.add_argument("--seed", type=int, default=20_260, help="seed of all resampling")
    run.set_defaults(do=_run)

    benchmark = commands.add_parser("benchmark", help="measure validity on labelled data")
    benchmark.add_argument("names", nargs="*", metavar="NAME", help="which (default: all)")
    benchmark.add_argument("--data", type=Path, default=Path(), help="folder of labelled sets")
    benchmark.add_argument("--json", type=Path, help="write the figures to this file")
    benchmark.set_defaults(do=_benchmark)

    bench = commands.add_parser("bench", help="measure speed against peers in one run")
    bench.add_argument("names", nargs="*", metavar="NAME", help="which (default: all)")
    bench.add_argument("--json", type=Path, help="write the ratios to this file")
    bench.add_argument(
        "--sizes", type=int, nargs="+", metavar="N", help="articles, for lineage and run"
    )
    bench.set_defaults(do=_bench)

    train = commands.add_parser("train", help="rebuild shipped weights from labelled data")
    train.add_argument("name", metavar="NAME", help="which weights (a folder of data/models)")
    train.add_argument("--data", type=Path, required=True, help="folder of labelled sets")
    train.add_argument("--out", type=Path, help="where to write (default: data/models)")
    train.set_defaults(do=_train)

    verify = commands.add_parser("verify", help="is a figure what the tables beside it give?")
    verify.add_argument("path", type=Path, help="a PDF, SVG or PNG written by a run")
    verify.set_defaults(do=_verify)
    return parser


if __name__ == "__main__":
    sys.exit(main())
