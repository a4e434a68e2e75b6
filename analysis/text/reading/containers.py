"""Bytes to text, without trusting them: encodings, DOCX and RTF, with limits on size.

Comes in: a file's bytes. Goes out: text with universal newlines, and how it was decoded. What
cannot be read safely is refused with a ``ContainerError`` that says why: binary data, zip and XML
bombs, one line of megabytes. Nothing in a file is executed and nothing it names is opened.
"""

from __future__ import annotations

import io
import re
import zipfile

MAX_TEXT_BYTES = 10_000_000
MAX_LINE = 1_000_000
MAX_CHARACTERS = 1_000_000
MAX_LINES = 20_000
MAX_UNZIPPED = 200_000_000
MAX_RATIO = 200
MAX_MEMBERS = 5_000

_MAGIC = (
    (b"%PDF", "a PDF; save its text first"),
    (b"PK\x03\x04", "a zip container"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "gzip data; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file; save it as .docx or .txt"),
)
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_SURROGATE = re.compile("[\ud800-\udfff]")


class ContainerError(ValueError):
    """A file that is not read, with the reason."""


def decode(data: bytes, *, max_line: int | None = MAX_LINE) -> tuple[str, str]:
    """Return the text of ``data`` with ``\\n`` newlines, and the encoding it was read with.

    Byte order marks first, then UTF-8, UTF-16 without a mark, UTF-8 with a few broken bytes (each
    read as Windows-1252), then what ``charset-normalizer`` finds, then Windows-1252.

    Raises
    ------
    ContainerError
        When the bytes are not text, or one line is longer than ``max_line`` characters.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ContainerError(f"not text but {what}")
    if max_line is not None and len(data) > max_line and _longest_line(data) > 4 * max_line:
        raise ContainerError(f"one line of {_longest_line(data):,} bytes: not an article")
    text, encoding = _decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if max_line is not None and len(text) > max_line:
        longest = max(map(len, text.split("\n")))
        if longest > max_line:
            raise ContainerError(f"one line of {longest:,} characters: not an article")
    return without_surrogates(text), encoding


def without_surrogates(text: str) -> str:
    """Return ``text`` with every lone surrogate as U+FFFD (no file format can hold them)."""
    return _SURROGATE.sub("\ufffd", text)


def read_docx(data: bytes) -> list[str]:
    """Return the paragraphs of a DOCX, tables included, in order.

    Raises
    ------
    ContainerError
        When it is not a DOCX, unpacks to more than it may, or declares XML entities.
    """
    _check_zip(data)
    import docx
    from docx.table import Table

    try:
        document = docx.Document(io.BytesIO(data))
        paragraphs: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                for row in block.rows:
                    paragraphs.append("\t".join(cell.text for cell in row.cells))
            else:
                paragraphs.append(block.text)
    except Exception as error:  # python-docx raises many kinds on a broken file
        raise ContainerError(f"not a readable DOCX: {_first_line(error)}") from error
    return [without_surrogates(paragraph) for paragraph in paragraphs]


def read_rtf(data: bytes) -> str:
    """Return the text of an RTF file.

    Raises
    ------
    ContainerError
        When it does not begin as RTF does, is too large, or cannot be parsed.
    """
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        raise ContainerError("not RTF: it does not begin with {\\rtf")
    from striprtf.striprtf import rtf_to_text

    try:
        text = rtf_to_text(data.decode("latin-1"), encoding="cp1252", errors="replace")
    except Exception as error:  # the parser has no error type of its own
        raise ContainerError(f"not a readable RTF: {_first_line(error)}") from error
    return without_surrogates(text.replace("\r\n", "\n").replace("\r", "\n"))


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    head = data[:4096]
    if head.count(0) > 0.3 * len(head):
        odd = head[1::2].count(0) > head[0::2].count(0)
        encoding = "utf-16-le" if odd else "utf-16-be"
        text = data.decode(encoding, errors="replace")
        if sum(map(str.isprintable, text[:500])) > 0.8 * len(text[:500]):
            return text, encoding
    if len(head) - len(head.translate(None, _CONTROL)) > 0.05 * len(head):
        raise ContainerError("not text: it holds binary data")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first = error.start
    text = data.decode("utf-8", errors="surrogateescape")
    broken = len(_SURROGATE.findall(text))
    beyond = sum(byte >= 0x80 for byte in data[:1_000_000])
    # Accents of a one-byte encoding are nearly all broken as UTF-8; stray bytes are few.
    if broken <= 0.2 * beyond:
        return _SURROGATE.sub(_as_cp1252, text), "utf-8 with broken bytes"
    from charset_normalizer import from_bytes

    sample = data[max(0, first - 20_000) : first + 20_000]
    best = from_bytes(sample, cp_exclusion=["utf_7"]).best()
    encoding = best.encoding if best is not None else "cp1252"
    if encoding in _LATIN_LIKE:
        # On short Western text the candidates differ only in rare letters: the common one wins.
        encoding = "cp1252"
    return data.decode(encoding, errors="replace"), encoding


_LATIN_LIKE = frozenset(
    [
        "cp1252",
        "cp1250",
        "cp1254",
        "cp1257",
        "cp1258",
        "latin_1",
        "iso8859_1",
        "iso8859_9",
        "iso8859_15",
        "iso8859_14",
        "iso8859_10",
        "iso8859_16",
        "iso8859_4",
        "iso8859_3",
        "iso8859_13",
        "cp437",
        "cp850",
        "cp858",
        "cp775",
        "cp852",
        "cp857",
        "cp860",
        "cp861",
        "cp863",
        "cp865",
        "cp1140",
        "cp273",
        "cp500",
        "cp037",
        "hp_roman8",
        "mac_roman",
        "mac_latin2",
        "mac_iceland",
        "mac_turkish",
        "cp1125",
        "ascii",
    ]
)


def _as_cp1252(match: re.Match[str]) -> str:
    byte = bytes([ord(match.group()) - 0xDC00]) if ord(match.group()) >= 0xDC80 else b"?"
    return byte.decode("cp1252", errors="replace")


def _longest_line(data: bytes) -> int:
    longest = start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        longest = max(longest, end - start)
        start = end + 1
    return longest


def _check_zip(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > MAX_MEMBERS or size > MAX_UNZIPPED or size > MAX_RATIO * len(data):
                raise ContainerError(
                    f"it would unpack to {size:,} bytes in {len(members):,} parts from "
                    f"{len(data):,}: a zip bomb, or not an article"
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        if b"<!DOCTYPE" in part.read(4096).upper():
                            raise ContainerError(f"{member.filename!r} declares XML entities")
            if "word/document.xml" not in archive.namelist():
                raise ContainerError("a zip file without word/document.xml: not a DOCX")
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise ContainerError(f"not a readable DOCX: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
