"""Export: files a journal takes, the same bytes each time, and a manifest that can be checked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from pypdf import PdfReader

from analysis.figures import answers, captions, dots, escaping, export, plotted_rows, style
from analysis.figures.gallery import GALLERY, draw_figure, draw_figures
from analysis.figures.gallery_page import READ, write_gallery
from analysis.figures.journals import AT_PUBLISHER, JOURNALS, QUOTED, STYLE_FILE
from analysis.figures.manifest import describe_sources, hash_rows, read_manifest
from analysis.figures.recipes import CHECKS
from analysis.figures.selection import Tables
from analysis.figures.tabular import estimates_to_html, estimates_to_latex
from analysis.figures.verify import verify
from analysis.tables import VERDICTS, write_table
from tests.invented_tables import make_articles, make_estimates, make_run

ROOT = Path(__file__).resolve().parent.parent
CODE = {"version": "0", "sha256": "the code as it was when the figure was made"}


def sources_of(tables):
    """Describe the tables, with code that does not change while these tests run."""
    return describe_sources(tables, seed=7) | {"code": CODE}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """One figure saved beside its tables; tests that change a file work on a copy."""
    root = tmp_path_factory.mktemp("run")
    made = make_estimates(
        ["Alpha Post", "=cmd()", "$ense & <b>Co</b>"], voices=("outlet", "quoted")
    )
    write_table(made, root / "tables", "estimates")
    caption = captions.caption_for(made)
    export.save(
        dots.plot_outlets(made), "loaded-words", root / "figures", width="springer single",
        caption=caption, alt="Dots.", manifest=sources_of(root / "tables"),
    )  # fmt: skip
    return root, made


@pytest.fixture
def copied(saved, tmp_path):
    import shutil

    shutil.copytree(saved[0], tmp_path / "run")
    return tmp_path / "run"


def test_save_writes_every_file_a_reviewer_asks_for(saved):
    root, _ = saved
    names = {path.name for path in (root / "figures").iterdir()}
    ends = [
        "pdf",
        "svg",
        "png",
        "csv",
        "caption.md",
        "caption.tex",
        "alt.txt",
        "manifest.json",
        "sha256",
    ]
    assert names == {*(f"loaded-words.{end}" for end in ends), "loaded-words-600dpi.png"}


def test_pdf_has_the_width_asked_for_type_42_fonts_and_no_transparency(saved):
    root, _ = saved
    page = PdfReader(str(root / "figures" / "loaded-words.pdf")).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(84, abs=0.1)
    fonts = page["/Resources"]["/Font"]
    kinds = {fonts[name]["/Subtype"] for name in fonts}
    assert kinds <= {"/TrueType", "/Type0"} and kinds
    assert all("DejaVu" in fonts[name]["/BaseFont"] for name in fonts)
    for state in page["/Resources"].get("/ExtGState", {}).values():
        assert state.get_object().get("/ca", 1) == 1 and state.get_object().get("/CA", 1) == 1


def test_pdf_text_is_not_smaller_than_six_points_and_lines_not_thinner(saved):
    root, _ = saved
    page = PdfReader(str(root / "figures" / "loaded-words.pdf")).pages[0]
    code = page.get_contents().get_data().decode("latin-1")
    sizes = [float(size) for size in re.findall(r"/F\S+ ([\d.]+) Tf", code)]
    widths = [float(width) for width in re.findall(r"(?<![\d.])([\d.]+) w\b", code)]
    assert min(sizes) >= 6
    assert min(width for width in widths if width > 0) >= 0.3


def test_pdf_says_the_names_of_the_outlets(saved):
    root, _ = saved
    text = PdfReader(str(root / "figures" / "loaded-words.pdf")).pages[0].extract_text()
    assert "Alpha Post" in text and "$ense" in text


@pytest.mark.parametrize("name", JOURNALS)
def test_each_journal_says_where_its_widths_were_read(name):
    journal = JOURNALS[name]
    assert 60 < journal.single <= journal.double < 220
    assert len(journal.source) > 20
    assert journal.read in (AT_PUBLISHER, STYLE_FILE, QUOTED)


def test_a_figure_that_is_higher_than_the_journal_prints_is_refused(tmp_path):
    ax = dots.plot_outlets(make_estimates())
    ax.figure.set_figheight(10)
    with pytest.raises(ValueError, match="x is 254 mm high; springer prints at most 234 mm"):
        export.save(ax, "x", tmp_path, width="springer single")


def test_svg_text_can_be_edited_and_is_escaped(saved):
    root, _ = saved
    tree = etree.parse(str(root / "figures" / "loaded-words.svg"))
    texts = "".join(tree.getroot().itertext())
    assert "Alpha Post" in texts and "<b>Co</b>" in texts
    assert not tree.findall(".//{http://www.w3.org/2000/svg}b")


def test_png_has_300_and_600_dots_an_inch(saved):
    from PIL import Image

    root, _ = saved
    widths = [
        Image.open(root / "figures" / f"loaded-words{end}.png").width for end in ("", "-600dpi")
    ]
    assert widths == [round(84 / 25.4 * 300), round(84 / 25.4 * 600)]


def test_csv_is_safe_in_a_spreadsheet_and_reads_back_the_same(saved):
    root, made = saved
    path = root / "figures" / "loaded-words.csv"
    assert ",'=cmd()," in path.read_text(encoding="utf-8")
    manifest = read_manifest(root / "figures" / "loaded-words.manifest.json")
    back = plotted_rows.rows_from_csv(path, manifest["columns"])
    assert back["outlet"].tolist() == made["outlet"].tolist()
    np.testing.assert_array_equal(back["estimate"], made["estimate"])
    assert hash_rows(back) == hash_rows(made)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "'quoted'", "plain", "007", "NA"]
)
def test_cells_come_back_from_csv_as_they_were(tmp_path, cell):
    rows = pd.DataFrame({"outlet": [cell], "n": [1]})
    (tmp_path / "x.csv").write_text(plotted_rows.rows_to_csv(rows), encoding="utf-8")
    back = plotted_rows.rows_from_csv(tmp_path / "x.csv", {"outlet": "text", "n": "int"})
    assert back["outlet"].tolist() == [cell]


def test_the_same_rows_give_the_same_bytes_in_another_process(saved, tmp_path):
    root, made = saved
    made.to_parquet(tmp_path / "rows.parquet")
    code = (
        "import sys, pandas as pd\n"
        "from analysis.figures import captions, dots, export\n"
        "from tests.test_export import sources_of\n"
        "rows = pd.read_parquet(sys.argv[1])\n"
        "export.save(dots.plot_outlets(rows), 'loaded-words', sys.argv[2],\n"
        "    width='springer single', caption=captions.caption_for(rows), alt='Dots.',\n"
        "    manifest=sources_of(sys.argv[3]))\n"
    )
    given = [str(tmp_path / "rows.parquet"), str(tmp_path / "again"), str(root / "tables")]
    subprocess.run([sys.executable, "-c", code, *given], check=True, timeout=120, cwd=ROOT)
    for end in ("pdf", "svg", "png", "csv", "manifest.json"):
        first = (root / "figures" / f"loaded-words.{end}").read_bytes()
        assert first == (tmp_path / "again" / f"loaded-words.{end}").read_bytes(), end


def test_a_figure_that_is_there_is_not_drawn_again_unless_a_file_of_it_changed(tmp_path):
    made = make_estimates()
    first = export.save(dots.plot_outlets(made), "x", tmp_path)
    stamps = {name: (tmp_path / name).stat().st_mtime_ns for name in first.files}
    export.save(dots.plot_outlets(made), "x", tmp_path)
    assert stamps == {name: (tmp_path / name).stat().st_mtime_ns for name in first.files}
    whole = (tmp_path / "x.svg").read_bytes()
    (tmp_path / "x.svg").write_text("spoilt", encoding="utf-8")
    export.save(dots.plot_outlets(made), "x", tmp_path)
    assert (tmp_path / "x.svg").read_bytes() == whole
    other = made.assign(estimate=made["estimate"] + 1)
    export.save(dots.plot_outlets(other), "x", tmp_path)
    assert (tmp_path / "x.svg").read_bytes() != whole


@pytest.mark.parametrize("end", ["pdf", "svg", "png", "manifest.json"])
def test_verify_passes_on_an_untouched_figure(saved, end):
    report = verify(saved[0] / "figures" / f"loaded-words.{end}")
    assert report.ok, str(report)
    assert "table estimates" in str(report)


def test_the_command_verifies_a_figure_it_did_not_draw(saved):
    figure = str(saved[0] / "figures" / "loaded-words.svg")
    command = [sys.executable, "-m", "analysis", "verify", figure]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same     marks" in done.stdout


def test_verify_names_the_table_that_changed(copied):
    made = make_estimates(["Alpha Post", "Beta"], values=[9.0, 1.0])
    write_table(made, copied / "tables", "estimates")
    report = verify(copied / "figures" / "loaded-words.pdf")
    assert not report.ok
    assert "CHANGED  table estimates" in str(report)


def test_verify_does_not_mind_another_order_of_rows(copied, saved):
    write_table(saved[1].iloc[::-1], copied / "tables", "estimates")
    assert verify(copied / "figures" / "loaded-words.pdf").ok


def test_verify_finds_a_changed_number_among_the_plotted_rows(copied):
    path = copied / "figures" / "loaded-words.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("900", "901", 1), encoding="utf-8")
    report = verify(copied / "figures" / "loaded-words.pdf")
    assert "CHANGED  plotted rows" in str(report)


def test_verify_finds_a_picture_that_was_changed(copied):
    path = copied / "figures" / "loaded-words.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("Alpha Post", "Omega Post", 1))
    report = verify(path)
    assert "CHANGED  marks" in str(report)


def test_verify_of_a_strange_file_says_what_it_takes(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not there"):
        verify(tmp_path / "no.pdf")
    (tmp_path / "strange.json").write_text("{}")
    with pytest.raises(ValueError, match="carries no manifest"):
        verify(tmp_path / "strange.json")


def test_the_manifest_says_no_path_and_no_time(saved):
    text = (saved[0] / "figures" / "loaded-words.manifest.json").read_text(encoding="utf-8")
    assert str(saved[0]) not in text
    assert not re.search(r"\d{2}:\d{2}:\d{2}", text)
    assert json.loads(text)["seed"] == 7


@pytest.mark.parametrize("name", ["../x", "Loaded Words", "", "a/b", "x" * 90])
def test_a_name_that_is_a_path_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="figure's name"):
        export.save(dots.plot_outlets(make_estimates()), name, tmp_path)


def test_save_refuses_what_no_journal_prints(tmp_path):
    ax = dots.plot_outlets(make_estimates())
    small = ax.text(0, 0, "tiny", size=4)
    with pytest.raises(ValueError, match="tiny"):
        export.save(ax, "x", tmp_path)
    small.remove()
    ax.plot([0, 1], [0, 1], lw=0.1)
    with pytest.raises(ValueError, match=r"under 0\.3"):
        export.save(ax, "x", tmp_path)
    ax.lines[-1].set(linewidth=1, alpha=0.5)
    with pytest.raises(ValueError, match="transparent"):
        export.save(ax, "x", tmp_path)


def test_captions_are_escaped_for_latex_and_markdown():
    assert escaping.escape_latex("50% of A_B & {C}") == r"50\% of A\_B \& \{C\}"
    assert escaping.escape_markdown("<b>*x*") == r"&lt;b&gt;\*x\*"


def test_caption_says_dot_whisker_base_voice_and_verdict():
    text = captions.caption_for(make_estimates(), articles=make_articles())
    for part in (
        "A dot is the outlet's mean (loaded words per 1,000 words) minus the event's mean",
        "95% interval from resampling articles",
        "n = 2 outlets, 12 articles, 80 segments",
        "Published 2031-04-02; 1 article undated",
        "Set aside and not counted: 1 article (copies: 1)",
        "Only the outlet's own voice",
        "Validity, ordering outlets by loaded words: weak",
        "below the floor",
    ):
        assert part in text, text


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_caption_prints_the_verdict_also_a_good_one(verdict):
    made = make_estimates(validity=verdict)
    assert f"ordering outlets by loaded words: {verdict}" in captions.caption_for(made)
    both = pd.concat([made, made.assign(corrected=True, validity="supported")])
    text = captions.caption_for(both)
    assert "Corrected by codes: validity, ordering outlets by loaded words: supported" in text


def test_a_verdict_says_the_figure_it_stands_on(monkeypatch):
    card = {"verdict": "weak", "value": 0.58, "low": 0.53, "high": 0.63, "n": 1500.0}
    card |= {
        "unit": "pairs",
        "figure": "concordance",
        "source": "benchmark x",
        "date": "2031-01-02",
    }
    monkeypatch.setattr(captions, "card_for", lambda measure, claim: card)
    assert captions.say_verdict("loaded_words") == (
        "Validity, ordering outlets by loaded words: weak (concordance 0.58 (0.53 to 0.63), "
        "n = 1,500 pairs; benchmark x, 2031-01-02)."
    )
    assert captions.say_verdict("loaded_words", verdict="supported").endswith(": supported.")
    counted = captions.caption_counts("Counted.", measure="loaded_words", claim="sentence")
    assert "telling sentences apart by loaded words: weak" in counted


@pytest.mark.parametrize(
    ("weights", "said"), [("words", "as many words as it has"), ("segments", "weighs the same")]
)
def test_caption_says_what_a_segment_weighs(weights, said):
    assert said in captions.caption_for(make_estimates().assign(weights=weights))


def test_caption_of_one_article_an_outlet_restricts_the_claim():
    made = make_estimates(n_articles=1).assign(resampled="segments within the article")
    text = captions.caption_for(made)
    assert "sentences within the article" in text
    assert "nothing is said about the outlet" in text


def test_caption_says_what_was_not_measured():
    made = make_estimates()
    made.loc[0, ["estimate", "low", "high"]] = np.nan
    assert "Not measured for Alpha Post" in captions.caption_for(made)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"values": [2.0, 0.1]}, "More loaded words than the event's mean: Alpha Post"),
        ({"values": [0.1, 0.2]}, "None of the 2 outlets can be told apart"),
        ({"values": [2.0, 0.1], "p_adjusted": 0.3}, "None of the 2 outlets can be told apart"),
        ({"values": [2.0, 0.1], "n_articles": 1}, "None of the 2 outlets can be told apart"),
        ({"validity": "no better than chance"}, "No answer"),
        ({"contrast": "level", "values": [2.0, 1.0]}, "Alpha Post has the highest estimate"),
    ],
)
def test_answer_claims_no_more_than_the_intervals(options, expected):
    made = make_estimates(**{key: options[key] for key in options if key != "p_adjusted"})
    made = made.assign(p_adjusted=options.get("p_adjusted", 0.01))
    assert expected in answers.say_answer(made)


def test_answer_without_a_measure_says_so():
    assert "no estimate" in answers.say_answer(make_estimates().iloc[:0])


def test_latex_table_has_booktabs_rules_and_escapes_names():
    made = make_estimates(["A & B", "50% News"])
    text = estimates_to_latex(made, caption="What_is_compared", label="tab:x")
    assert r"\toprule" in text and r"\midrule" in text and r"\bottomrule" in text
    assert r"A \& B" in text and r"50\% News" in text and r"What\_is\_compared" in text
    assert text.count(r"\\") == 3
    assert "adjusted by Holm. Validity, ordering outlets by loaded words: weak" in text


def test_html_table_is_valid_and_escapes_names():
    text = estimates_to_html(make_estimates(["<script>x</script>", "B"]), caption="<i>")
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert len(etree.fromstring(text).findall(".//tbody/tr")) == 2
    assert "ordering outlets by loaded words: weak" in etree.fromstring(text).findtext(
        ".//tfoot//td"
    )


def test_gallery_draws_what_the_tables_hold_and_no_more(tmp_path, monkeypatch):
    made = make_run(tmp_path / "tables")
    write_table(made["evidence"].iloc[:0], tmp_path / "tables", "evidence")
    for name in [name for name in GALLERY if name not in ("voices", "top-loaded-words")]:
        monkeypatch.delitem(GALLERY, name)
    drawn = draw_figures(tmp_path / "tables", tmp_path / "figures")
    assert drawn == ["voices"]
    assert {path.stem for path in (tmp_path / "figures").glob("*.pdf")} == {"voices"}


@pytest.mark.parametrize("name", GALLERY)
def test_every_figure_of_the_gallery_has_rows_a_caption_and_an_alternative(tmp_path, name):
    make_run(tmp_path)
    made = GALLERY[name](Tables(tmp_path))
    if made is not None:
        drawn, caption, alt = made
        assert len((getattr(drawn, "figure", None) or drawn).drawn_from["rows"])
        assert ("invented" in caption or name == "measures") and alt


def test_gallery_refuses_an_unknown_figure(tmp_path):
    make_run(tmp_path / "tables")
    with pytest.raises(ValueError, match="no figure is called 'pie'"):
        draw_figure("pie", Tables(tmp_path / "tables"), tmp_path)


def test_tables_narrow_every_table_to_the_chosen_outlets(tmp_path):
    make_run(tmp_path)
    data = Tables(tmp_path, outlets=["Beta Times"])
    assert set(data.articles["outlet"]) == {"Beta Times"} == set(data.estimates["outlet"])
    ids = set(data.articles["article_id"])
    assert set(data.segments["article_id"]) == ids == set(data.scores["article_id"])
    assert "2 articles left out" in data.say_sizes("articles")


def test_tables_say_which_events_and_outlets_there_are(tmp_path):
    make_run(tmp_path)
    with pytest.raises(ValueError, match=r"Gamma.*Alpha Post"):
        Tables(tmp_path, outlets=["Gamma"])


def test_a_table_that_was_not_written_is_empty_and_a_wrong_name_is_told(tmp_path):
    make_run(tmp_path)
    data = Tables(tmp_path)
    assert len(data.actors) == 0
    with pytest.raises(ValueError, match="no table is called 'actor'"):
        _ = data.actor


def test_chart_options_and_rows_are_remembered():
    ax = dots.plot_outlets(make_estimates(), counts=False)
    assert ax.drawn_from["chart"] == "plot_outlets"
    assert ax.drawn_from["options"] == {"counts": False}
    assert style.CHARTS["plot_outlets"] is dots.plot_outlets


def test_the_gallery_page_tells_how_to_read_every_figure(tmp_path, monkeypatch):
    assert set(READ) == {*GALLERY, *CHECKS}
    make_run(tmp_path / "tables")
    for name in [name for name in GALLERY if name != "voices"]:
        monkeypatch.delitem(GALLERY, name)
    for name in list(CHECKS):
        monkeypatch.delitem(CHECKS, name)
    page = write_gallery(tmp_path / "tables", tmp_path / "docs")
    text = page.read_text(encoding="utf-8")
    assert "figures/voices.png" in text and READ["voices"][0] in text and "invented" in text
    assert (tmp_path / "docs" / "figures" / "voices.png").exists()
