"""The corpora on which intervals are measured: who covers what, how scores vary.

Few and many articles, events and outlets, balanced and not, with scores of the three kinds that
the suite's measures give: a tone (bounded, all segments differ), a probability (skewed), and a
rate per 1,000 words (zero in most segments); articles without any; and heavy tails (lognormal
article means). Designs whose ``expected`` is empty are those of heavy tails in few clusters, for
which a row's note takes the 95 % back; they are reported as figures of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

KINDS = ("tone", "probability", "rate")
EMPTY = {"30 % zero": 0.3, "60 % zero": 0.6, "80 % zero": 0.8}  # share of articles without any


@dataclass(frozen=True)
class Design:
    """One kind of corpus: who covers what, how scores vary, which estimate is asked for."""

    name: str
    estimate: str  # level or contrast
    by: str
    kind: str  # tone, probability, rate, lognormal
    articles: Callable[[int, int], int]  # of (event, outlet)
    events: int = 1
    shifts: Sequence[float] = (0.0,)
    segments: tuple[int, int] = (8, 30)
    versus: str = "event mean"
    expected: str = "claimed"


def _each(n: int) -> Callable[[int, int], int]:
    return lambda event, outlet: n


def _unbalanced(event: int, outlet: int) -> int:
    """Outlet 0 covers all, with up to three articles; the others leave events out."""
    if outlet and (event + outlet) % 4 == 0:
        return 0
    return 1 + (event * (outlet + 2)) % 3


DESIGNS: list[Design] = [
    *[
        Design(f"level, {n} articles, {kind}", "level", "event", kind, _each(n))
        for kind in KINDS
        for n in (5, 8, 20, 100)
    ],
    *[
        Design(f"level, {n} events, {kind}", "level", "all", kind, _each(2), events=n)
        for kind in KINDS
        for n in (6, 15)
    ],
    *[
        Design(
            f"one event, outlets of 5, 8 and 20 articles, {kind}, {versus}",
            "contrast",
            "event",
            kind,
            lambda event, outlet: (5, 8, 20)[outlet],
            shifts=(0.0, 0.3, 0.8),
            versus=versus,
        )
        for kind in KINDS
        for versus in ("event mean", "pairs")
    ],
    *[
        Design(
            f"{n} events, one article an outlet, {kind}",
            "contrast",
            "all",
            kind,
            _each(1),
            events=n,
            shifts=(0.0, 0.2, 0.5, 0.9),
        )
        for kind in KINDS
        for n in (5, 6, 12, 40)
    ],
    *[
        Design(
            f"12 events, unbalanced outlets, {kind}, {versus}",
            "contrast",
            "all",
            kind,
            _unbalanced,
            events=12,
            shifts=(0.0, 0.4, 0.9),
            versus=versus,
        )
        for kind in KINDS
        for versus in ("event mean", "pairs")
    ],
    *[
        Design(
            f"two events of 6 articles an outlet, {kind}",
            "contrast",
            "all",
            kind,
            _each(6),
            events=2,
            shifts=(0.0, 0.5, 0.9),
        )
        for kind in KINDS
    ],
    *[
        Design(
            f"one article an outlet, {low}-{high} segments, {kind}, {estimate}",
            estimate,
            "event",
            kind,
            _each(1),
            shifts=(0.0, 0.3, 0.9),
            segments=(low, high),
        )
        for kind in KINDS
        for low, high in ((20, 25), (25, 50))
        for estimate in ("level", "contrast")
    ],
    *[
        Design(
            f"three articles an outlet, {kind}, contrast",
            "contrast",
            "event",
            kind,
            _each(3),
            shifts=(0.0, 0.3, 0.9),
            segments=(15, 30),
        )
        for kind in KINDS
    ],
    *[
        Design(
            f"one event, one article of six outlets, {low}-{high} segments, {kind}, {versus}",
            "contrast",
            "event",
            kind,
            _each(1),
            shifts=(0.0, 0.0, 0.3, 0.5, 0.9, 1.5),
            segments=(low, high),
            versus=versus,
        )
        for kind in ("probability", "rate", "rare rate")
        for (low, high), versus in (((15, 25), "event mean"), ((25, 60), "outlet 0"))
    ],
    *[
        Design(f"level, {n} articles, {kind}", "level", "event", kind, _each(n))
        for kind, n in (
            ("30 % zero", 8),
            ("30 % zero", 20),
            ("60 % zero", 40),
            ("60 % zero", 100),
            ("80 % zero", 100),
        )
    ],
    # Of these, few corpora bear a claim: see ``resampling.bears_claim``.
    Design("level, 8 articles, 60 % zero", "level", "event", "60 % zero", _each(8)),
    Design("level, 15 articles, 60 % zero", "level", "event", "60 % zero", _each(15)),
    Design("level, 40 articles, 80 % zero", "level", "event", "80 % zero", _each(40)),
    *[
        Design(
            f"level, {n} articles, lognormal",
            "level",
            "event",
            "lognormal",
            _each(n),
            expected="claimed" if n >= 10 else "",
        )
        for n in (5, 8, 10, 20, 40)
    ],
    *[
        Design(
            f"{n} events, one article an outlet, lognormal",
            "contrast",
            "all",
            "lognormal",
            _each(1),
            events=n,
            shifts=(0.0, 0.2, 0.5, 0.9),
            expected="claimed" if n >= 10 else "",
        )
        for n in (6, 12)
    ],
]
