"""The stages that go article by article or event by event, as jobs whose results stay on disk.

``clean_part`` takes documents and leaves articles, cuts, paragraphs and prints; ``measure_part``
takes the articles of whole events and leaves sentences, actors, quotations, segments, scores,
evidence, the per-article sums from which estimates are made and the words each event has;
``compare_part`` takes these events and the words of the whole corpus and leaves keyness. A job
names the files of its rows and carries nothing from the rest of the corpus but what was learnt
beforehand from all of it: the same rows come out whoever does the job. See ``parts`` for what is
done again and what is not.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.parts import GROUP, key_of, make_part
from analysis.record import code_version, file_hash
from analysis.tables import SCORED_LANGUAGES, TABLES, check_table, empty_table

if TYPE_CHECKING:
    from analysis.encoder import Encoder
    from analysis.text.stories.comparison import Kept

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
    "portrayals",
    "claims",
)
SUMS, WORDS, MEMBERS, PRINTS = "sums", "words", "members", "prints"
_OF_MEMBERS = ["article_id", "event", "outlet", "language", "used"]


class Scoring(NamedTuple):
    """What is scored with what: the encoder (none: word lists only), the researcher's own files."""

    encoder: str | None
    cache: Path
    concepts: Path | None = None
    frames: Path | None = None
    actors: Path | None = None

    @property
    def key(self) -> str:
        """Changes when any of it does, but not when the cache is elsewhere."""
        own = (self.concepts, self.frames, self.actors)
        files = [path and file_hash(Path(path)) for path in own]
        return key_of(code_version(), self.encoder, *files)


class Job(NamedTuple):
    """Groups to make a part of, and the folder with their rows."""

    folder: Path
    place: int
    n_parts: int
    groups: dict[str, str]
    rows: Path
    with_what: Any = None  # what the outlets repeat; how to score; the words of the corpus

    def read(self, name: str, groups: list[str] | None = None) -> pd.DataFrame:
        """Return the rows of a table that belong to some of the groups."""
        chosen = None if groups is None else [(GROUP, "in", groups)]
        frame = pd.read_parquet(self.rows / f"{name}.parquet", filters=chosen)
        return frame.drop(columns=GROUP)


def split_job(job: Job) -> list[Job]:
    """Return two jobs with half the groups each; none where there is one group only."""
    names = sorted(job.groups)
    halves = (names[: len(names) // 2], names[len(names) // 2 :])
    if not all(halves):
        return []
    return [job._replace(groups={name: job.groups[name] for name in half}) for half in halves]


def clean_part(job: Job) -> Path:
    """Clean the documents of one part; return the part's folder."""

    def compute(names: list[str]) -> dict[str, pd.DataFrame]:
        from analysis.text.cleaning import clean_documents
        from analysis.text.stories.prints import pack_prints

        documents = pd.read_parquet(job.rows / "documents.parquet", filters=[(GROUP, "in", names)])
        cleaned = clean_documents(documents.drop(columns=GROUP), repeats=job.with_what)
        group = documents.set_index("article_id")[GROUP]
        made = {name: getattr(cleaned, name) for name in CLEANED}
        made[PRINTS] = pack_prints(cleaned.articles, cleaned.cuts)
        return {
            name: frame.assign(**{GROUP: frame["article_id"].map(group)})
            for name, frame in made.items()
        }

    return make_part(job.folder, job.place, job.groups, compute, n_parts=job.n_parts)


def compare_batch(path: Path) -> list[Kept]:
    """Compare the pairs of texts that a batch on disk holds."""
    from analysis.text.stories.comparison import Batch, compare_texts

    texts = pd.read_parquet(path / "texts.parquet")["text"].tolist()
    places = pd.read_parquet(path / "pairs.parquet").to_numpy().tolist()
    return compare_texts(Batch(texts, places))


def measure_part(job: Job) -> Path:
    """Find voices and score the events of one part; return the part's folder."""

    def compute(names: list[str]) -> dict[str, pd.DataFrame]:
        rows = (job.read(name, names) for name in ("articles", "paragraphs", "shared"))
        return measure_events(*rows, job.with_what)

    return make_part(job.folder, job.place, job.groups, compute, n_parts=job.n_parts)


def compare_part(job: Job) -> Path:
    """Compare the words of the events of one part; ``rows`` is the part as it was measured."""

    def compute(names: list[str]) -> dict[str, pd.DataFrame]:
        from analysis.measures.word_choice import compare_words

        background = pd.read_parquet(job.with_what).set_index("word")["count"]
        segments, members = job.read("segments", names), job.read(MEMBERS, names)
        keyness = compare_words(segments, members, background=background)
        return {"keyness": check_table(keyness, "keyness").assign(**{GROUP: keyness["event"]})}

    return make_part(job.folder, job.place, job.groups, compute, n_parts=job.n_parts)


def measure_events(
    articles: pd.DataFrame, paragraphs: pd.DataFrame, shared: pd.DataFrame, scoring: Scoring
) -> dict[str, pd.DataFrame]:
    """Return the by-event tables of some events, sentences to sums, each row with its event."""
    from analysis.measures.claims import find_claims
    from analysis.measures.labelling import find_labels, read_concepts
    from analysis.measures.loaded_language import score_word_lists
    from analysis.measures.portrayals import find_portrayals
    from analysis.measures.roles import find_roles
    from analysis.measures.word_choice import count_background
    from analysis.outlets.sums import sum_articles
    from analysis.text.actors import find_actors
    from analysis.text.own_actors import read_actors
    from analysis.text.quotations import find_quotations
    from analysis.text.sentences import split_sentences
    from analysis.text.voice import split_voices

    sentences = split_sentences(articles, paragraphs)
    readable = articles[articles["language"].isin(SCORED_LANGUAGES)]
    in_english = sentences["article_id"].isin(set(readable["article_id"]))
    own = read_actors(scoring.actors) if scoring.actors else ()
    actors = find_actors(readable, sentences[in_english], own=own)
    # Its matrices are small: threads would wait for one another, and workers for threads.
    with threadpool_limits(1, user_api="blas"):
        quotations = find_quotations(readable, sentences[in_english], shared=shared, actors=actors)
    segments = split_voices(sentences, quotations)
    foreign = ~segments["article_id"].isin(set(readable["article_id"]))
    segments.loc[foreign, "voice"] = "unresolved"
    spoken = segments[~foreign]
    scored = [score_word_lists(spoken)]
    roles, portrayals, encoder = empty_table("roles"), empty_table("portrayals"), None
    if scoring.encoder:
        encoder = load_encoder(scoring.encoder, scoring.cache)
        scored += _score_with_models(spoken, actors.mentions, encoder, scoring.frames)
        roles = find_roles(
            sentences[in_english],
            articles,
            spoken,
            actors.mentions,
            actors=actors.actors,
            encoder=encoder,
        )
        portrayals = find_portrayals(spoken, articles, actors.mentions, encoder=encoder)
    concepts = read_concepts(scoring.concepts) if scoring.concepts else None
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
        "portrayals": portrayals,
        "claims": find_claims(articles, spoken, sentences, encoder=encoder, shared=shared),
    }
    made = {name: check_table(frame, name) for name, frame in made.items()}
    made[SUMS] = sum_articles(scores, segments, articles)
    made[WORDS] = count_background(segments, articles)
    made[MEMBERS] = articles[_OF_MEMBERS]
    event_of = articles.set_index("article_id")["event"]
    article_of = segments.set_index("segment_id")["article_id"]
    return {name: _with_group(frame, event_of, article_of) for name, frame in made.items()}


def document_groups(documents: pd.DataFrame) -> pd.Series:
    """Return each document's group: those with one headline are cleaned together.

    What the one has lost (a space, the outlet's name) the other may have.
    """
    plain = documents["headline"].map(lambda text: re.sub(r"\W+", " ", text.casefold()).strip())
    return plain.where(plain.str.count(" ") >= 3, documents["article_id"]).rename(GROUP)


def document_keys(documents: pd.DataFrame, groups: pd.Series, repeats: dict) -> dict[str, str]:
    """Return group → hash of all that the group's cleaned rows depend on.

    Of what an outlet repeats, a document depends on the lines that it has.
    """
    keys: dict[str, list] = {}
    columns = ["article_id", "outlet", "source", "event", "byline", "raw"]
    ordered = documents[columns].assign(**{GROUP: groups}).sort_values("article_id")
    for *row, raw, group in ordered.itertuples(index=False, name=None):
        learnt = repeats.get(row[1])
        has = {line.strip() for line in raw.split("\n")} & learnt.keys() if learnt else ()
        lines = [(line, learnt[line]) for line in sorted(has)]
        keys.setdefault(group, [code_version()]).append((*row, lines))
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
    from analysis.measures.wording import read_wording

    wording = read_wording(segments, encoder, mentions=mentions)
    return [
        score_loaded_language(segments, encoder, wording=wording),
        score_sentiment(segments, encoder, mentions=mentions, wording=wording),
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
