"""The catalogues of the site: every text has its Chinese, and every entry is some text's."""

import ast
import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

import crosscheck
from crosscheck.conventions.answers import QUESTIONS
from crosscheck.conventions.calls import REDUCTIONS
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.report.languages import translate
from crosscheck.report.site.assets import SAID, template_source, texts_of_scripts
from crosscheck.report.site.editions import ENGLISH
from crosscheck.report.site.formulas import FORMULAS
from crosscheck.report.site.headings import sections
from crosscheck.report.site.templating import template_environment
from crosscheck.report.site.worked_formulas import equations
from crosscheck.verification.cases.stages import Stage
from crosscheck.verification.conditions.catalogue import conditions
from crosscheck.verification.mistakes.catalogue import catalogue as mistakes
from crosscheck.verification.result import Outcome

FOLDER = files("crosscheck.report") / "chinese"
SITE, MISTAKES = (
    json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in ("site", "mistakes")
)
PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
CODE = Path(crosscheck.__file__).parent
ROOMS = ("conventions", "documents", "report/site", "verification/cases", "verification/mistakes")


def of_templates():
    """Every text that a template says; of one that depends on a count the general form."""
    environment = template_environment(ENGLISH)
    for name in environment.list_templates(["html"]):
        for _, kind, text in environment.extract_translations(template_source(name)):
            forms = (text,) if isinstance(text, str) else text
            yield forms[1] if kind == "ngettext" else forms[0]


def of_code():
    """Every text in the code and in the documents' tables."""
    for path in (path for room in ROOMS for path in (CODE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for table in tomllib.loads((CODE / "documents" / "002.toml").read_text("utf-8"))["tables"]:
        yield table["title"]
        yield from (column["title"] for column in table["columns"])


def of_formulas():
    """Every word in a formula, as the catalogue has it."""
    steps = (CODE / "report" / "site" / "worked_steps.py").read_text("utf-8")
    for formula in (steps, *equations().values(), *(e for all in FORMULAS.values() for e in all)):
        for word in re.findall(r"\\text\{ *([a-z]+) *\}", formula):
            yield rf"\text{{ {word} }}"


def test_every_text_of_a_template_and_of_a_script_has_its_chinese():
    said = [*of_templates(), *texts_of_scripts()]
    assert len(said) > 200
    assert [text for text in said if text not in SITE] == []


def test_a_script_says_nothing_but_texts_that_are_gathered():
    for name in (
        "setting",
        "document_file",
        "walk",
        "form",
        "worked",
        "labels",
        "figure",
        "arithmetic",
    ):
        source = template_source(f"{name}.js")
        assert len(re.findall(r"\bsaid\(", source)) == len(SAID.findall(source)), name


def vocabulary():
    """What a run says in a few known words."""
    yield from (*Verdict, *StatementVerdict, *Outcome, *Stage, *REDUCTIONS.values())
    yield from ("none: one per sample", "none: one per output", "beside, without the rate")
    for question in QUESTIONS:
        yield from (question.title, question.asks)
    for mistake in mistakes():
        yield from (mistake.name, mistake.kind)
    for condition in conditions():
        yield condition.name
        yield from filter(None, (condition.may_hide, condition.otherwise))


def test_everything_that_a_run_says_in_known_words_has_its_chinese():
    said = {text: translate(text, "zh") for text in vocabulary()}
    kept = {text for text, chinese in said.items() if text == chinese}
    assert kept == {"eps", "relu′(0)", "dtype"}
    assert len({said[mistake.name] for mistake in mistakes()}) == len(mistakes()) > 300


def test_every_group_of_cases_has_its_chinese(small_run):
    found = json.loads((small_run / "mistakes.json").read_text("utf-8"))["mistakes"]
    assert all(translate(group, "zh") for group in found[0]["groups"])


def test_the_reason_of_an_excuse_and_of_a_problem_are_translated_in_their_sentences():
    excuse = "the sign of what may be rounded to 0 has no bound: at most 0.31 of a bound is used"
    assert translate(excuse, "zh") == ("可能舍入为 0 的数，其符号没有误差界：最多用到误差界的 0.31")
    problem = "mlp.forward is not judged where size: odd"
    assert translate(problem, "zh") == "在条件“大小：奇数”下，没有用例检查 mlp.forward"
    mistake = "tanh derivative without the square, in the hidden layers"
    assert translate(mistake, "zh") == "tanh 的导数漏了平方（仅隐藏层）"


def test_every_entry_is_the_text_of_something():
    said = {*of_templates(), *texts_of_scripts(), *of_formulas()}
    known = {*said, *of_code(), *vocabulary()}
    whole = [text for text in (*SITE, *MISTAKES) if not re.search(r"\{\w+\}", text)]
    assert [text for text in whole if text not in known] == []


@pytest.mark.parametrize("texts", [SITE, MISTAKES], ids=["site", "mistakes"])
def test_both_languages_have_the_same_places_marks_and_numbers(texts):
    for english, chinese in texts.items():
        assert sorted(PLACE.findall(chinese)) == sorted(PLACE.findall(english)), english
        tags = r"<[^>]*>"
        assert sorted(re.findall(tags, chinese)) == sorted(re.findall(tags, english)), english
        assert set(re.findall("[0-9]+", english)) <= set(re.findall("[0-9]+", chinese)), english


@pytest.mark.parametrize("texts", [SITE, MISTAKES], ids=["site", "mistakes"])
def test_the_chinese_is_punctuated_as_chinese(texts):
    for chinese in texts.values():
        plain = PLACE.sub("", re.sub(r"<[^>]*>", "", chinese))
        assert chinese.strip()
        assert not re.search("[\u4e00-\u9fff][,:;.?]", plain), f"{plain}: half a letter wide"


def test_every_heading_of_a_document_has_its_english():
    for number, all_sections in sections().items():
        for heading, english, _ in all_sections:
            assert re.search("[\u4e00-\u9fff]", heading), (number, heading)
            assert re.search("[A-Za-z]", english), heading
            assert not re.search("[\u4e00-\u9fff]", english), english
            assert re.findall(r"[\d.]+", heading)[:1] == re.findall(r"[\d.]+", english)[:1] or (
                "4 个" in heading
            ), heading
