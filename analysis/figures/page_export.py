"""An executed notebook → one HTML page that holds every result and asks no other machine.

``nbconvert`` as it comes links scripts on other hosts (formulas, widgets, diagrams). This is the
same page without them: pictures are inside, the reader's page is static, nothing is fetched. What
pandas writes is made valid HTML: style sheets stand in the head, once each, and tables carry no
attribute that HTML has given up. The style sheet of JupyterLab stays as its makers wrote it.
"""

from __future__ import annotations

import re
from pathlib import Path

_LINKS = ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url")


def write_page(notebook: Path | str, folder: Path | str) -> Path:
    """Write an executed notebook as ``folder/NAME.html``.

    Parameters
    ----------
    notebook : path
        An executed notebook, such as those in ``OUT/notebooks``.
    folder : path
        Made if it is not there.

    Returns
    -------
    Path
        The page.
    """
    from nbconvert import HTMLExporter

    notebook, folder = Path(notebook), Path(folder)
    exporter = HTMLExporter()
    for link in _LINKS:
        if exporter.has_trait(link):
            setattr(exporter, link, "")
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    text, _ = exporter.from_filename(str(notebook))
    # What is left of them: scripts with an empty or outer source, which do nothing here.
    text = re.sub(r"<script[^>]*\ssrc=\"(?:https?:[^\"]*|)\"[^>]*>\s*</script>", "", text)
    diagrams = r"<script type=\"module\">(?:(?!</script>).)*mermaid.*?</script>"
    text = re.sub(diagrams, "", text, flags=re.S)
    text = _make_valid(text)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{notebook.stem}.html"
    page.write_text(text, encoding="utf-8")
    return page


def _make_valid(text: str) -> str:
    """Move style sheets from the body to the head; take obsolete attributes away."""
    head, end, body = text.partition("</head>")
    found = re.findall(r"<style[^>]*>(.*?)</style>", body, flags=re.S)
    sheets = "".join(f"<style>{sheet}</style>\n" for sheet in dict.fromkeys(found))
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.S)
    body = re.sub(r"(<table) border=\"\d+\"", r"\1", body)
    head = re.sub(r"(<style) type=\"text/css\"", r"\1", head)
    return head + sheets + end + body
