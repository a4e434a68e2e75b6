"""The stages that go article by article or event by event, as jobs whose results stay on disk.

``clean_part`` takes documents and leaves articles, cuts and paragraphs; ``measure_part`` takes the
articles of whole events and leaves sentences, actors, quotations, segments, scores, evidence and
the per-article sums from which estimates are made. A job carries its rows with it and nothing else
from the corpus but what was learnt beforehand from all of it: the same rows come out whoever does
the job. See ``parts`` for what is done again and what is not.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.parts import GROUP, key_of, make_part
from analysis.record import code_version, file_hash
from analysis.tables import SCORED_LANGUAGES, TABLES, check_table, empty_table

if TYPE_CHECKING:
    from analysis.encoder import Encoder

CLEANED = ("articles", "cuts", "paragraphs")
MEASURED = (
    "sentences",
    "actors",
    "mentions",
    "quotations",
    "segments",
    "scores",
    "evidence",
    "labelling",
    "roles",
    "claims",
)
SUMS = "sums"


class Scoring(NamedTuple):
    """What is scored with what: the encoder (none: word lists only), the researcher's own files."""

    encoder: str | None
    cache: Path
    concepts: Path | None = None
    frames: Path | None = None

    @property
    def key(self) -> str:
        """Changes when any of it does, but not when the cache is elsewhere."""
        files = [path and file_hash(Path(path)) for path in (self.concepts, self.frames)]
        return key_of(code_version(), self.encoder, *files)


class CleanJob(NamedTuple):
    """Documents of some groups, and what the corpus repeats."""

    folder: Path
    place: int
    groups: dict[str, str]
    documents: pd.DataFrame
    repeats: dict


class MeasureJob(NamedTuple):
    """Articles of some events, what they share with others, and how to score them."""

    folder: Path
    place: int
    groups: dict[str, str]
    articles: pd.DataFrame
    paragraphs: pd.DataFrame
    shared: pd.DataFrame
    scoring: Scoring


def clean_part(job: CleanJob) -> Path:
    """Clean the documents of one part; return the part's folder."""

    def compute(names: list[str]) -> dict[str, pd.DataFrame]:
        from analysis.text.cleaning import clean_documents

        chosen = job.documents[job.documents[GROUP].isin(names)]
        cleaned = clean_documents(chosen.drop(columns=GROUP), repeats=job.repeats)
        group = chosen.set_index("article_id")[GROUP]
        made = {name: getattr(cleaned, name) for name in CLEANED}
        return {
            name: frame.assign(**{GROUP: frame["article_id"].map(group)})
            for name, frame in made.items()
        }

    return make_part(job.folder, job.place, job.groups, compute)


def measure_part(job: MeasureJob) -> Path:
    """Find voices and score the events of one part; return the part's folder."""
    return make_part(job.folder, job.place, job.groups, lambda names: measure_events(job, names))


def measure_events(job: MeasureJob, events: list[str]) -> dict[str, pd.DataFrame]:
    """Return the by-event tables of ``events``, sentences to sums, each row with its event."""
    from analysis.measures.claims import find_claims
    from analysis.measures.labelling import find_labels, read_concepts
    from analysis.measures.loaded_language import score_word_lists
    from analysis.measures.roles import find_roles
    from analysis.outlets.sums import sum_articles
    from analysis.text.actors import find_actors
    from analysis.text.quotations import find_quotations
    from analysis.text.sentences import split_sentences
    from analysis.text.voice import split_voices

    articles = job.articles[job.articles["event"].isin(events)]
    ids = set(articles["article_id"])
    paragraphs = job.paragraphs[job.paragraphs["article_id"].isin(ids)]
    shared = job.shared[job.shared["article_id"].isin(ids)]
    sentences = split_sentences(articles, paragraphs)
    readable = articles[articles["language"].isin(SCORED_LANGUAGES)]
    in_english = sentences["article_id"].isin(set(readable["article_id"]))
    actors = find_actors(readable, sentences[in_english])
    # Its matrices are small: threads would wait for one another, and workers for threads.
    with threadpool_limits(1, user_api="blas"):
        quotations = find_quotations(readable, sentences[in_english], shared=shared, actors=actors)
    segments = split_voices(sentences, quotations)
    foreign = ~segments["article_id"].isin(set(readable["article_id"]))
    segments.loc[foreign, "voice"] = "unresolved"
    spoken = segments[~foreign]
    scored = [score_word_lists(spoken)]
    roles, encoder = empty_table("roles"), None
    if job.scoring.encoder:
        encoder = load_encoder(job.scoring.encoder, job.scoring.cache)
        scored += _score_with_models(spoken, actors.mentions, encoder, job.scoring.frames)
        roles = find_roles(
            sentences[in_english],
            articles,
            spoken,
            actors.mentions,
            actors=actors.actors,
            encoder=encoder,
        )
    concepts = read_concepts(job.scoring.concepts) if job.scoring.concepts else None
    scores = _stack([one.scores for one in scored], "scores")
    made = {
        "sentences": sentences,
        "actors": actors.actors,
        "mentions": actors.mentions,
        "quotations": quotations,
        "segments": segments,
        "scores": scores,
        "evidence": _stack([one.evidence for one in scored], "evidence"),
        "labelling": find_labels(
            spoken,
            articles,
            mentions=actors.mentions,
            concepts=concepts,
            sentences=sentences[in_english],
            encoder=encoder,
        ),
        "roles": roles,
        "claims": find_claims(articles, spoken, sentences, encoder=encoder, shared=shared),
    }
    made = {name: check_table(frame, name) for name, frame in made.items()}
    made[SUMS] = sum_articles(scores, segments, articles)
    event_of = articles.set_index("article_id")["event"]
    article_of = segments.set_index("segment_id")["article_id"]
    return {name: _with_group(frame, event_of, article_of) for name, frame in made.items()}


def document_groups(documents: pd.DataFrame) -> pd.Series:
    """Return each document's group: those with one headline are cleaned together.

    What the one has lost (a space, the outlet's name) the other may have.
    """
    plain = documents["headline"].map(lambda text: re.sub(r"\W+", " ", text.casefold()).strip())
    return plain.where(plain.str.count(" ") >= 3, documents["article_id"]).rename(GROUP)


def document_keys(documents: pd.DataFrame, repeats: dict) -> dict[str, str]:
    """Return group → hash of all that the group's cleaned rows depend on."""
    learnt = {outlet: key_of(sorted(lines.items())) for outlet, lines in repeats.items()}
    keys: dict[str, list] = {}
    columns = ["article_id", "source", "event", "byline"]
    ordered = documents.sort_values("article_id")
    for row in ordered[[GROUP, "outlet", *columns]].itertuples(index=False, name=None):
        keys.setdefault(row[0], [code_version()]).append((*row[1:], learnt.get(row[1])))
    return {group: key_of(*values) for group, values in keys.items()}


def event_keys(
    articles: pd.DataFrame, paragraphs: pd.DataFrame, shared: pd.DataFrame, scoring: Scoring
) -> dict[str, str]:
    """Return event → hash of all that the event's rows depend on."""
    columns = [
        "event", "article_id", "text", "language", "lineage", "lineage_of", "headline", "outlet",
        "used",
    ]  # fmt: skip
    spans = _hash_by_article(paragraphs, ["start", "end", "part"])
    shares = _hash_by_article(shared, list(TABLES["shared_sentences"].columns))
    keys: dict[str, list] = {}
    settings = scoring.key
    for row in articles.sort_values("article_id")[columns].itertuples(index=False, name=None):
        keys.setdefault(row[0], [settings]).append(
            (*row[1:], spans.get(row[1]), shares.get(row[1]))
        )
    return {event: key_of(*values) for event, values in keys.items()}


def _hash_by_article(frame: pd.DataFrame, columns: list[str]) -> dict[str, int]:
    """Return article → a number that changes when any of its rows does, whatever their order."""
    if frame.empty:
        return {}
    numbers = pd.util.hash_pandas_object(frame[columns], index=False)
    return numbers.groupby(frame["article_id"].to_numpy()).sum().to_dict()


def _score_with_models(
    segments: pd.DataFrame, mentions: pd.DataFrame, encoder: Encoder, frames: Path | None
) -> list:
    from analysis.measures.frames import score_frames
    from analysis.measures.loaded_model import score_loaded_language
    from analysis.measures.sentiment import score_sentiment

    return [
        score_loaded_language(segments, encoder),
        score_sentiment(segments, encoder, mentions=mentions),
        score_frames(segments, encoder, frames=frames),
    ]


@cache
def load_encoder(name: str, folder: Path) -> Encoder:
    """Load the encoder once per process; what it has read is kept in ``folder``."""
    from analysis.encoder import Encoder

    return Encoder(name, cache=folder)


def _with_group(frame: pd.DataFrame, event_of: pd.Series, article_of: pd.Series) -> pd.DataFrame:
    if "event" in frame:
        group = frame["event"]
    elif "article_id" in frame:
        group = frame["article_id"].map(event_of)
    else:
        group = frame["segment_id"].map(article_of).map(event_of)
    return frame.assign(**{GROUP: group})


def _stack(frames: list[pd.DataFrame], name: str) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty_table(name)
