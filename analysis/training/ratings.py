"""Sentences and words that twenty readers each rated for tone, read from the package that has them.

Comes in: the source package of vaderSentiment 3.3.2, as downloaded or unpacked. Goes out: group,
rating (-4 very negative to 4 very positive) and text. Nothing is unpacked to disk.

References
----------
Hutto & Gilbert (2014), https://doi.org/10.1609/icwsm.v8i1.14550.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

RATINGS = {
    "editorials": "nytEditorialSnippets_GroundTruth.txt",
    "reviews": "movieReviewSnippets_GroundTruth.txt",
    "products": "amazonReviewSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
    "valences": "vader_sentiment_lexicon.txt",
}
RATINGS_COMMAND = (
    "pip download --no-deps --no-binary :all: --dest DIR/editorials vaderSentiment==3.3.2"
)


def read_ratings(data: Path, name: str) -> Iterator[tuple[str, float, str]]:
    """Yield group, rating (-4 to 4) and text of sentences rated by twenty readers each.

    They lie in the source package of vaderSentiment 3.3.2, in ``data/editorials`` or ``data``:
    the package itself, the archive inside it, or the unpacked text files.

    Raises
    ------
    FileNotFoundError
        When they do not; the message is the command that brings them.
    """
    content = _rating_file(data, RATINGS[name])
    for line in content.decode("utf-8", "replace").splitlines():
        number, _, rest = line.lstrip("\ufeff").partition("\t")
        rating, _, text = rest.partition("\t")
        if name == "valences":
            text = number  # a word list: the word, its rating, how ratings spread
            if not re.fullmatch(r"[a-z][a-z'-]+", text):
                continue
        if text.strip():
            yield number.split("_")[0], float(rating), text.strip()


def _rating_file(data: Path, wanted: str) -> bytes:
    for folder in (data / "editorials", data):
        for found in sorted(folder.glob(f"**/{wanted}")) if folder.is_dir() else ():
            return found.read_bytes()
        for pattern in ("vaderSentiment-*.tar.gz", "vadersentiment-*.tar.gz", "hutto*.tar.gz"):
            for archive in sorted(folder.glob(pattern)):
                content = _from_archive(archive.read_bytes(), wanted)
                if content is not None:
                    return content
    raise FileNotFoundError(
        f"the rated sentences ({wanted}) are not in {data / 'editorials'}; "
        f"`{RATINGS_COMMAND}` brings them (DIR is the folder given by --data)"
    )


def _from_archive(content: bytes, wanted: str) -> bytes | None:
    """Return a file from a gzipped tar, or from one inside it; nothing is written to disk."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                continue
            if member.name.endswith("/" + wanted):
                return stream.read()
            if member.name.endswith("ICWSM_2014.tar.gz"):
                return _from_archive(stream.read(), wanted)
    return None
