"""Very many made documents the whole way: ``PYTHONPATH=. python tests/fuzz/many.py 0 100000``.

Documents are numbered; what was done is kept in ``out/fuzz-FIRST.json``, so that the same command
goes on where it stopped. Several ranges may run at once. A document that fails is written beside
it and named, and the others go on; the exit code is then 1.
"""

import json
import sys
import traceback
from pathlib import Path

from tests.fuzz.journey import follow
from tests.fuzz.made import make_document

BATCH = 80
OUT = Path("out")


def main(first: int, count: int) -> int:
    """Follow the documents ``first`` to ``first + count``."""
    OUT.mkdir(exist_ok=True)
    kept = OUT / f"fuzz-{first}.json"
    state = {"done": 0, "read": 0, "failed": {}}
    if kept.exists():
        state = json.loads(kept.read_text())
    while state["done"] < count:
        numbers = range(first + state["done"], first + min(state["done"] + BATCH, count))
        try:
            state["read"] += follow([make_document(number) for number in numbers])
        except Exception:
            for number in numbers:
                try:
                    state["read"] += follow([make_document(number)])
                except Exception:
                    state["failed"][number] = traceback.format_exc()[-800:]
                    (OUT / f"fuzz-{number}.bin").write_bytes(make_document(number))
                    print(number, state["failed"][number], file=sys.stderr)
        state["done"] += len(numbers)
        kept.write_text(json.dumps(state))
    print(f"{state['done']} documents, {state['read']} read, {len(state['failed'])} failed")
    return 1 if state["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
