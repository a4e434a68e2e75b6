"""Documents no one wrote: each is made from its number, so that any of them can be made again.

Paragraphs of the embedded sample are cut, repeated and glued, and between them stands what breaks
readers: odd and doubled quotation marks, bytes that are no text, marks that turn the direction of
writing, tags that are never closed, furniture, very long words and lines.
"""

import random
from functools import cache
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent.parent / "data" / "sample" / "articles"
ODD = [
    b"\x00", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa9", b"\xe2\x80\xae",
    b"\xe2\x80\x8b", b"\xc2\xad", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n\n\n", b"\t", b"\x1b[2J",
    b"\xe2\x80\x9c", b"\xe2\x80\x9d", b"\xe2\x80\x98", b"\xe2\x80\x99", b"\"", b"''", b"``", b"'",
    b"\xc2\xab", b"\xc2\xbb", b"\xe2\x80\x9e", b"(", b")", b"[", b"]", b"...", b"\xe2\x80\xa6",
    b" said ", b" said: ", b", according to ", b" told ", b" claimed", b"Mr. ", b"U.S. ", b"J. ",
    b"<b>", b"</p>", b"<script>alert(1)</script>", b"<!--", b"<a href=\"", b"&amp;", b"&#0;",
    b"&lt;", b"<td>", b"=cmd()", b"@SUM(A1)", b"Share this article\n", b"Advertisement\n",
    b"By Ann Roe\n", b"(Reuters) - ", b"Image copyright ", b"https://a.example/2020/01/02/x ",
    b"20200102\n", b"1600-01-01\n", b"2999-12-31\n", b"Load-Date: ", b"Document DAQU00 ",
    b"\xe2\x80\xa9", b"\xe2\x80\xa8", b"\xcc\x81" * 9, b"\xef\xbf\xbd", b"\xd7\x90\xd7\x91",
    b"a\xe2\x80\x8da", b"\xe2\x80\x93 ", b"- ", b"1,000.5", b"x@y.example", b"\xc3\xa2\xe2\x82\xac",
]  # fmt: skip


def make_document(number: int) -> bytes:
    """Return the document of a number."""
    chance = random.Random(number)
    pieces: list[bytes] = []
    for _ in range(chance.randint(1, 12)):
        kind = chance.random()
        if kind < 0.55:
            text = chance.choice(_paragraphs())
            first = chance.randint(0, len(text)) if chance.random() < 0.3 else 0
            pieces.append(text[first : first + chance.randint(1, 600)])
        elif kind < 0.9:
            pieces += [chance.choice(ODD) for _ in range(chance.randint(1, 6))]
        elif kind < 0.97:
            pieces.append(chance.choice(ODD) * chance.randint(2, 400))
        else:
            pieces.append(chance.randbytes(chance.randint(1, 40)))
        if chance.random() < 0.6:
            pieces.append(b"\n\n")
    made = b"".join(pieces)
    if chance.random() < 0.2:
        made = b"<html><body><p>" + made.replace(b"\n\n", b"</p><p>") + b"</p></body></html>"
    return made[:20_000]


@cache
def _paragraphs() -> list[bytes]:
    texts = [path.read_bytes() for path in sorted(SAMPLE.glob("*.txt"))]
    return sorted({part for text in texts for part in text.split(b"\n") if len(part) > 20})
