"""What an encoder has already read: results on disk, found again by the text itself.

Comes in: keys (a hash of text, weights and head version) and rows of bytes. Goes out: the
rows that are known. One SQLite file holds all, so a second run, and a syndicated text, cost a
look-up. Several processes may read and write it at once. A file that is damaged is set aside
under another name and a new one begun; nothing but time is lost.
"""

from __future__ import annotations

import hashlib
import sqlite3
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

_AT_ONCE = 500


class VectorStore:
    """Rows of bytes by key in one file.

    Parameters
    ----------
    path : Path or str
        The file, made with its folder when it is not there.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            aside = self.path.with_name(self.path.name + ".damaged")
            self.path.replace(aside)
            warnings.warn(
                f"the cache {self.path} cannot be read ({error}); it is now {aside.name} and a "
                "new one is begun",
                stacklevel=2,
            )
            self._open()

    def read(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the known rows among ``keys``."""
        found: dict[bytes, bytes] = {}
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first : first + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(
                self._connection.execute(f"SELECT key, row FROM rows WHERE key IN ({marks})", some)
            )
        return found

    def write(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep rows; one that is there already stays as it is."""
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __getstate__(self) -> dict[str, str]:
        return {"path": str(self.path)}

    def __setstate__(self, state: dict[str, str]) -> None:
        self.__init__(state["path"])  # a worker process opens its own connection

    def _open(self) -> None:
        self._connection = sqlite3.connect(self.path, timeout=60, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, row BLOB) WITHOUT ROWID"
        )


def key_of(text: str, version: bytes) -> bytes:
    """Return the key of a text read by the weights and heads that ``version`` names."""
    # Lone surrogates occur in scraped text; they are kept apart, not refused.
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), key=version[:64], digest_size=16
    ).digest()
