"""Documents of one's own: three planted slips are marked as a teacher would, and the command."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck import TranscriptionError, judge_document
from crosscheck.cli.main import main
from crosscheck.documents.faults import Source
from crosscheck.documents.ledger import tables
from crosscheck.documents.transcription import parse

OWN = Path(__file__).parent / "own"
SLIPS = OWN / "three_slips.toml"
# Of a sheet on which three things went wrong: what each line gets, and each number of it.
MARKS = {
    "z⁽¹⁾₁ = 1.8000": "confirmed",
    "z⁽¹⁾₂ = -0.6000": "confirmed",
    "a⁽¹⁾₁ = 0.9468": "confirmed",
    "a⁽¹⁾₂ = 0.3543": "contradicted",  # sigmoid, not tanh
    "z⁽²⁾₁ = 0.6443": "inherited",
    "a⁽²⁾₁ = 0.6557": "inherited",
    "C = 0.1185": "inherited",
    "δ⁽²⁾₁ = -0.1555": "inherited",
    "δ⁽¹⁾₁ = -0.0081": "inherited",
    "δ⁽¹⁾₂ = -0.0272": "inherited",
    "∂C/∂W⁽¹⁾₁ = (-0.0081, 0.0162, -0.0243), ∂C/∂b⁽¹⁾₁ = -0.0081": "inherited",
    "∂C/∂W⁽¹⁾₂ = (-0.0272, 0.0544, -0.0816), ∂C/∂b⁽¹⁾₂ = -0.0272": "inherited",
    # The first was halved.
    "∂C/∂W⁽²⁾₁ = (-0.0736, -0.0551), ∂C/∂b⁽²⁾₁ = -0.1555": "contradicted inherited inherited",
    "W⁽¹⁾₁,₁ = 0.2008": "inherited",
    "W⁽¹⁾₁,₂ = -0.5016": "inherited",
    "W⁽¹⁾₁,₃ = 0.1024": "inherited",
    "b⁽¹⁾₁ = 0.3008": "inherited",
    "W⁽¹⁾₂,₁ = -0.2973": "inherited",
    "W⁽¹⁾₂,₂ = 0.3946": "inherited",
    "W⁽¹⁾₂,₃ = 0.2082": "inherited",
    "b⁽¹⁾₂ = -0.0973": "inherited",
    "W⁽²⁾₁,₁ = 0.5074": "inherited",
    "W⁽²⁾₁,₂ = 0.2055": "inherited",
    "b⁽²⁾₁ = 0.0844": "contradicted",  # uphill
    "z⁽¹⁾₁ = 1.8120": "inherited",
    "z⁽¹⁾₂ = -0.5592": "inherited",
    "a⁽¹⁾₁ = 0.9480": "inherited",
    "a⁽¹⁾₂ = -0.5074": "inherited",  # tanh this time: right on what was printed
    "z⁽²⁾₁ = 0.4611": "inherited",
    "a⁽²⁾₁ = 0.6133": "inherited",
    "C = 0.1495": "inherited",
}


def test_three_slips_and_what_follows_from_them_are_marked_line_by_line():
    marks = {}
    for judged in judge_document(SLIPS):
        marks.setdefault(judged.number.line, []).append(judged.verdict)
    expected = {line: words.split() for line, words in MARKS.items()}
    assert marks == {
        line: words * (len(marks[line]) // len(words)) for line, words in expected.items()
    }


def test_a_slip_that_is_known_is_named_and_one_that_is_not_has_none():
    found = {
        judged.number.quantity: judged.slip and (judged.slip.name, judged.slip.reproduces)
        for judged in judge_document(SLIPS)
        if judged.verdict == "contradicted"
    }
    assert found == {
        "activations[1][0, 1]": ("sigmoid in the place of tanh", True),
        "grads[1].weight[0, 0]": ("halved", True),
        "sgd.params[1].bias[0]": None,
    }


def test_a_slip_on_exact_values_may_take_what_is_not_printed():
    content = tomllib.loads(SLIPS.read_text("utf-8"))
    slip = content["slips"][1]
    slip |= {"inputs": "exact", "steps": {"activations[1][0, 1]": "sgd.activations[1][0, 1]"}}
    content["slips"] = [slip]
    document = parse("notes", content, Source("notes"))
    (outcome,) = [judged.slip for judged in judge_document(document) if judged.slip]
    assert (outcome.reproduces, outcome.otherwise) == (False, None)


def test_a_formula_that_is_wrong_is_contradicted_even_if_its_arithmetic_is_right():
    content = {
        "title": "for tests",
        "surface": {"coefficients": ["1"], "point": ["3"]},
        "lines": [
            {
                "section": "1",
                "text": "x / 2 = {}",
                "numbers": [{"printed": "1.50", "quantity": "surface.point[0] / 3", "step": step}],
            }
            for step in ("surface.point[0] / 2", "surface.point[0] / 2 + 0 * sqrt(2)")
        ],
    }
    document = parse("notes", content, Source("notes"))
    assert [judged.verdict for judged in judge_document(document)] == ["contradicted"] * 2


def test_a_number_that_is_not_finite_is_refused_with_its_line(tmp_path):
    text = SLIPS.read_text("utf-8").replace('step = "tanh(', 'step = "1 / (2 - 2) * tanh(', 1)
    path = tmp_path / "notes.toml"
    path.write_text(text, encoding="utf-8")
    place = r"notes.toml, line \d+, lines\[2\].numbers\[0\]: 0.9468 .* is no finite number below"
    with pytest.raises(TranscriptionError, match=place):
        judge_document(path)


@pytest.mark.parametrize("cell", ["1 / (2 - 2)", "9**9**9", "exp(exp(exp(9)))", "log(0)"])
def test_a_cell_of_a_table_that_is_not_finite_is_refused(cell):
    content = tomllib.loads((OWN / "batch.toml").read_text("utf-8"))
    content["tables"][0]["rows"][0][1] = cell
    with pytest.raises(TranscriptionError, match=r"notes, tables\[0\]: .* is no finite number"):
        tables(parse("notes", content, Source("notes")))


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("0.2", "confirmed"), ("0.3", "confirmed"), ("0.25", "confirmed"), ("0.4", "contradicted")],
)
def test_a_value_that_stands_halfway_is_printed_either_way(printed, verdict):
    # 0.5 squared; 0.1 and 0.4 are no binary fractions, so no precision shows that it is 0.25.
    halfway = {"printed": printed, "quantity": "(surface.coefficients[0] + surface.point[0])**2"}
    content = {
        "title": "for tests",
        "surface": {"coefficients": ["0.1"], "point": ["0.4"]},
        "lines": [{"section": "1", "text": "{}", "numbers": [halfway]}],
    }
    document = parse("notes", content, Source("notes"))
    assert [judged.verdict for judged in judge_document(document)] == [verdict]


def five(change):
    """The file of document 002 with its first line changed."""
    content = tomllib.loads((files("crosscheck.documents") / "002.toml").read_text("utf-8"))
    change(content["lines"][0])
    return content


def test_a_fingerprint_must_stand_in_the_five_and_may_stand_elsewhere():
    without = five(lambda line: line.pop("fingerprint"))
    parse("notes", without, Source("notes.toml"))
    with pytest.raises(TranscriptionError, match=r"002, lines\[0\]: 'fingerprint' is missing"):
        parse("002", without)
    changed = five(lambda line: line.update(text=line["text"] + " "))
    for arguments in (("002", changed), ("notes", changed, Source("notes.toml"))):
        with pytest.raises(TranscriptionError, match="the line was changed after it was compared"):
            parse(*arguments)


# ----- the command -----


@pytest.fixture
def run(monkeypatch):
    """Run a command line without the frameworks, which have their own tests."""
    monkeypatch.setattr(
        "crosscheck.verification.example_values.example_values",
        lambda documents: {getattr(each, "number", each): {} for each in documents},
    )

    def invoke(*arguments):
        return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)

    return invoke


def test_errata_judges_a_file_and_exits_with_1_where_something_is_contradicted(run):
    result = run("errata", SLIPS, "--json", "-")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["documents"] == {"three_slips": "A 3-2-1 network with three slips"}
    assert [each["verdict"] for each in found["numbers"]].count("contradicted") == 3
    assert found["statements"] == []
    assert "Slip: halved" in result.stderr
    assert "Statements" not in result.stderr.split("Documents")[0]


def test_a_sound_file_exits_with_0_and_the_five_documents_as_before(run):
    assert run("errata", OWN / "batch.toml").exit_code == 0
    both = run("errata", OWN / "batch.toml", "--document", "002", "--json", "-")
    assert both.exit_code == 0  # what is wrong in 002 is known
    assert list(json.loads(both.stdout)["documents"]) == ["002", "batch"]


def test_the_markdown_names_a_file_too(run):
    shown = run("errata", SLIPS, "--markdown").stdout
    assert "| three_slips | 3 | 0 | 33 | 3 | 0 |" in shown
    assert "| three_slips | `grads[1].weight[0, 0]` | -0.0736 | -0.1729666 | halved |" in shown
    # Only the page of our own documents lies beside the glossary.
    assert "glossary.md" not in run("errata", SLIPS, "--markdown", "--all").stdout
