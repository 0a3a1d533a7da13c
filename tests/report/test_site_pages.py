"""The pages of a site: whole, linked, offline, in two languages, red where something is wrong."""

import re
import shutil
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import reference_numpy
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.frameworks.reading import definitions
from crosscheck.frameworks.registry import MODULES
from crosscheck.frameworks.registry import load as load_framework
from crosscheck.verification.agreement import condense
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.verify import verify

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from site_run import PAGES, links_of, parsed, read

from crosscheck.report.site.building import build
from crosscheck.report.site.code import INSIDE
from crosscheck.report.site.folders import MARK
from crosscheck.report.site.formulas import FORMULAS
from crosscheck.report.site.mathml import latex, mathml
from crosscheck.report.site.run import SiteRun
from crosscheck.report.site.templating import short

LIMIT = 4_000_000  # bytes, of both languages: what still goes by mail


# ----- every page -----


def test_every_page_is_there_and_no_other(pages):
    assert set(pages) == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(pages, name):
    page = pages[name]
    assert page.wrong == []
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert [len(page.all(tag)) for tag in ("h1", "title", "main")] == [1, 1, 1]
    assert page.all("html")[0].attributes["lang"] == ("zh-Hans" if ".zh." in name else "en")
    levels = [int(each.tag[1]) for each in page.elements if re.fullmatch("h[1-6]", each.tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.attributes.get("alt") for each in page.all("img"))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(pages, site, name):
    for link in links_of(pages[name]):
        parts = urlsplit(link)
        if link != "data:,":  # no icon
            assert (parts.scheme, parts.netloc, parts.query) == ("", "", ""), link
            target = unquote(parts.path) or name
            assert (site / target).is_file(), f"{link} leads nowhere"
            if parts.fragment:
                ids = {each.attributes.get("id") for each in pages[target].elements}
                assert parts.fragment in ids, f"{link} leads nowhere on {target}"


def test_every_file_is_reached_from_the_overview(pages, site):
    reached, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            targets = links_of(pages[name]) if name in pages else ()
            waiting += [urlsplit(link).path or name for link in targets if link != "data:,"]
    files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert reached == files - {MARK}


def test_nothing_is_fetched_and_it_is_small(site):
    for path in site.glob("*.*"):
        if path.suffix in (".html", ".css", ".js"):
            # What names MathML and SVG looks like an address, and is none.
            names = r'xmlns="[^"]*"|"http://www\.w3\.org/2000/svg"'
            text = re.sub(names, "", path.read_text("utf-8"))
            assert not re.search(r"https?:|url\((?!#)|@import|fetch\(|XMLHttp|<iframe", text), path
            assert not re.search(r"\son\w+=|style=|<script>", text), f"{path}: something inline"
    assert sum(path.stat().st_size for path in site.rglob("*")) < LIMIT


def test_a_picture_and_a_missing_training_are_shown(pages, run, tmp_path):
    for name, file in (("training.html", "run/curves.svg"), ("training.zh.html", "zh/curves.svg")):
        assert [each.attributes["src"] for each in pages[name].all("img")] == [file]
    nothing = {"training": {"missing": "no <digits>"}}
    build(tmp_path / "site", SiteRun(run.parts | nothing, ()))
    page = parsed((tmp_path / "site" / "training.html").read_text("utf-8"))
    texts = [each.text for each in page.all(of_class="care")]
    assert texts == ["Nothing was trained: no <digits>"]


# ----- figures and formulas -----


def test_every_verdict_of_the_run_is_on_its_page(pages, run):
    ledger = run.parts["ledger"]
    for number in DOCUMENTS:
        given = [e for e in (*ledger["numbers"], *ledger["statements"]) if e["document"] == number]
        shown = [each.text for each in pages[f"document-{number}.html"].all(of_class="verdict")]
        verdicts = [each["verdict"] for each in given]
        assert sorted(shown) == sorted([*verdicts, *set(verdicts)])  # the summary has each once
    contradicted = [each["quantity"] for each in ledger["numbers"] if each["slip"] is not None]
    slips = [each for page in pages.values() for each in page.all(of_class="formula")]
    slips = [each for each in slips if each.attributes.get("aria-label") == "slip"]
    assert len(slips) == len(contradicted) > 0


def test_every_definition_is_shown_with_its_equations(pages):
    for module in MODULES:
        page, named = pages[f"code-{module}.html"], set(definitions("reference_numpy", module))
        assert {e.attributes["id"].partition(".")[2] for e in page.all("section")} >= named
        equations = {
            f"Equation of {module}.{name}"
            for name in named
            if INSIDE.get(f"{module}.{name}", f"{module}.{name}") in FORMULAS
        }
        assert equations <= {e.attributes["aria-label"] for e in page.all(of_class="formula")}
    assert all("\\" not in mathml(line) for lines in FORMULAS.values() for line in lines)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("a * (b + c)", r"a \, \left(b + c\right)"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - b - c", "a - b - c"),
        ("a * -b", r"a \, \left(-b\right)"),
        ("-a + b", "-a + b"),
        ("(a / b) ** 2", r"\left(\frac{a}{b}\right)^{2}"),
        ("a * 2", r"a \cdot 2"),
        ("sqrt(eps)", r"\sqrt{\epsilon}"),
        ("layer_sizes[0] + 1", "n_{0} + 1"),
        ("params[1].weight[0, 1]", "W^{(2)}_{1,2}"),
        ("grads[0].bias[1]", r"\frac{\partial C_0}{\partial b^{(1)}_{2}}"),
        ("adam.state.first_moment[1].bias[0]", "m_{b^{(2)}_{1}}"),
        ("activations[1][0, 1]", "a^{(1)}_{2}"),
        ("pre_activations[1][0, 0]", "z^{(2)}_{1}"),
        ("outputs[0, 0] - targets[0, 0]", "a^{(L)}_{1} - y_{1}"),
    ],
)
def test_an_expression_of_the_ledger_is_written_as_it_is_meant(expression, written):
    assert re.sub(r"\\text{(\w)}", r"\1", latex(expression)) == written


def test_figures_are_short():
    shown = [short(each) for each in (0, 0.3412, 9.96, 63.2, 2910.9, 99_400, 7.3e8)]
    assert shown == ["0", "0.34", "10", "63", "2,900", "99,000", "7.3e8"]


# ----- a mistake -----


def test_a_planted_mistake_is_red_where_it_was_made_and_nowhere_else(run, tmp_path, monkeypatch):
    path = Path(reference_numpy.__file__).parent
    package = f"tanh_planted_{tmp_path.name}".replace("-", "_")
    shutil.copytree(path, tmp_path / package)
    source = tmp_path / package / "activations.py"
    text = source.read_text("utf-8")
    assert text.count("return np.tanh(z)") == 1
    source.write_text(text.replace("return np.tanh(z)", "return np.tanh(z * 1.00001)"), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    deep = [case for case in groups()["networks"] if case.activations[:1] == ("tanh",)]
    few = [*groups()["edges"], *deep[:2]]  # in which the later stages differ too
    found = condense(verify([load_framework(package, package)], cases=few))
    build(tmp_path / "site", SiteRun(run.parts | {"verification": found}, ()))
    made = read(tmp_path / "site")
    red = {name: page.all(of_class="bad") for name, page in made.items()}
    assert red["index.html"][0].text.startswith("Something is wrong.")
    assert any("tanh" in each.text for each in red["index.html"])
    told = {each.within for name in PAGES if name[:5] == "code-" for each in red[name]}
    assert told == {("main", "activations.tanh")}
    # What differs only because of that is not called right either.
    assert "mlp.forward" not in {each["name"] for each in found["definitions"]}
