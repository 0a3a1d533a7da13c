"""The command line as a user meets it: output, JSON, exit codes."""

import json
from functools import cache

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.documents import verdicts
from crosscheck.documents.transcription import DOCUMENTS, load
from crosscheck.frameworks.registry import installed
from crosscheck.numerics.comparison import Comparison, Place
from crosscheck.numerics.explained import Explained
from crosscheck.verification import calibration
from crosscheck.verification.cases.examples import framework_values
from crosscheck.verification.cases.probes import probes
from crosscheck.verification.result import Outcome, Status, Verification


@pytest.fixture
def run(monkeypatch):
    """Run a command line on a verification made for it; the real one has its own tests."""
    monkeypatch.setattr(
        "crosscheck.verification.verify.verify_everything", lambda selection, **rest: holding()
    )
    monkeypatch.setattr("crosscheck.verification.example_values.example_values", values_here)

    def invoke(*arguments):
        return CliRunner().invoke(main, list(arguments), catch_exceptions=False)

    return invoke


def values_here(documents):
    """What a framework computes of the documents, in this process."""
    return {each: values_of(each) for each in documents}


@cache
def values_of(document):
    return framework_values(document, installed(["numpy"]))


def compared(error, mismatch=None):
    place = Place("made", "made", "gradients", "grads", "float64")
    return Comparison(
        place,
        ("numpy", "exact"),
        "[0]",
        (1,),
        actual=error,
        expected=0.0,
        exact=(0.0, 0.0),
        error=error,
        allowed=1e-12,
        ulps=error / 2.2e-16,
        mismatch=mismatch,
        explained=Explained(()) if error > 1 / 2 else None,
    )


def holding():
    absent = Status(None, Outcome.NOT_INSTALLED, ["on purpose"])
    verified = Status("2", Outcome.VERIFIED)
    return Verification({"numpy": verified, "torch": absent}, [compared(1e-16)])


def failing():
    wrong = [compared(1.0), compared(float("inf"), "has shape (1,) instead of (2,)")]
    return Verification({"numpy": Status("2", Outcome.WRONG)}, wrong, ["a problem"])


def test_alone_it_verifies(run):
    alone, named = run(), run("verify")
    assert alone.exit_code == named.exit_code == 0
    assert alone.output == named.output
    assert alone.output.strip().splitlines()[-1].startswith("All holds.")
    for word in ("numpy", "not installed", "on purpose", "gradients", "contradicted"):
        assert word in alone.output


@pytest.mark.usefixtures("ends_softly")
def test_an_interrupt_has_an_exit_code_of_its_own(run, monkeypatch):
    def interrupted(selection, **rest):
        raise KeyboardInterrupt

    monkeypatch.setattr("crosscheck.verification.verify.verify_everything", interrupted)
    result = run("verify")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr


def test_no_framework_at_all_is_bad_usage(run):
    result = run("verify", "--only", " , ")
    assert result.exit_code == 2
    assert "--only names no framework" in result.stderr


def test_the_documents_are_not_shown_beside_chosen_frameworks(run):
    result = run("verify", "--only", "numpy")
    assert "contradicted" not in result.output
    assert "numpy" in result.output


def test_verification_as_json_has_the_promised_form(run):
    result = run("verify", "--json", "-")
    found = json.loads(result.stdout)
    assert found["holds"] is True
    assert found["frameworks"]["numpy"]["status"] == "verified"
    assert set(found["comparisons"][0]) >= {
        "case",
        "quantity",
        "frameworks",
        "worst",
        "allowed",
        "holds",
        "group",
        "stage",
        "fraction",
        "ulps",
    }
    assert "Frameworks" in result.stderr


def test_what_is_wrong_exits_with_1_and_is_named(monkeypatch):
    monkeypatch.setattr(
        "crosscheck.verification.verify.verify_everything", lambda selection, **rest: failing()
    )
    result = CliRunner().invoke(main, ["verify", "--json", "-"])
    assert result.exit_code == 1
    shown = " ".join(result.stderr.split())
    assert (
        "numpy from exact, made, gradients: grads[0][1] is 1.0, expected 0.0: off by 1, " in shown
    )
    assert "times its bound of 1e-12 (4.55e15 ulps); no known mistake explains it" in shown
    assert "grads[0][1] has shape (1,) instead of (2,)" in shown
    assert "ledger: a problem" in result.stderr
    assert "WRONG." in result.stderr
    found = json.loads(result.stdout)
    assert found["holds"] is False
    assert [entry["worst"] for entry in found["comparisons"]] == [1.0, None]


def test_bad_usage_exits_with_2():
    for arguments, words in [
        (["verify", "--framework", "nosuch"], "'nosuch' is neither a framework"),
        (["errata", "--document", "005"], "'005' is not one of"),
        (["nosuch"], "No such command 'nosuch'"),
        (["bounds", "--networks", "0"], "0 is not in the range x>=1"),
        (["bounds", "--framework", "nosuch"], "'nosuch' is neither a framework"),
        (
            ["errata", "--json", "/nosuch/folder/x.json"],
            "/nosuch/folder is no folder that can be written to",
        ),
    ]:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2, arguments
        assert words in result.stderr


def test_errata_lists_every_number_with_its_verdict(run):
    found = json.loads(run("errata", "--json", "-").stdout)
    listed = [(entry["document"], entry["printed"], entry["verdict"]) for entry in found["numbers"]]
    expected = [
        (number, judged.number.printed, judged.verdict)
        for number in DOCUMENTS
        for judged in verdicts.judge(number)
    ]
    assert listed == expected
    assert {entry["document"] for entry in found["statements"]} == set(DOCUMENTS)


def test_an_entry_of_the_errata_has_the_promised_form(run):
    found = json.loads(run("errata", "--document", "002", "--json", "-").stdout)
    assert {entry["document"] for entry in found["numbers"]} == {"002"}
    entry = next(e for e in found["numbers"] if e["printed"] == "0.5003")
    assert entry["quantity"] == "adam.params[1].weight[0, 0]"
    assert entry["exact"] == "0.81622602799454479400"
    assert entry["verdict"] == "contradicted"
    explanation, expression = (entry["slip"].pop(key) for key in ("explanation", "expression"))
    assert explanation.startswith("The learning rate was multiplied by m alone")
    assert expression.endswith("- adam.learning_rate * adam.state.first_moment[1].weight[0, 0]")
    assert entry["slip"] == {
        "name": "not divided by the root of v",
        "inputs": "printed",
        "gives": "0.50028700000000000000",
        "reproduces": True,
    }
    assert abs(entry["frameworks"]["numpy"] - 0.816226027994544794) < 1e-15
    given = next(e for e in found["numbers"] if e["quantity"] == "inputs[0, 0]")
    assert (given["slip"], given["frameworks"]) == (None, {})
    fails = [e for e in found["statements"] if e["verdict"] == "fails"]
    assert all(e["correct"] for e in fails)
    keys = {"document", "section", "statement", "verdict", "correct", "readings"}
    assert set(fails[0]) == keys
    assert not any(fails[0]["readings"].values())
    assert found["documents"] == {"002": load("002").title}


def test_errata_shows_what_is_wrong_and_all_on_request(run):
    short, full = run("errata", "--document", "002"), run("errata", "--document", "002", "--all")
    assert short.exit_code == full.exit_code == 0
    for words in (
        "not divided by the root of v",
        "first step, four ways",
        "not reproduced",
        "crosscheck verify",
    ):
        assert words in short.output
    assert full.output.count("confirmed") > short.output.count("confirmed") + 100


def test_json_is_written_whole_to_a_file(run, tmp_path):
    path = tmp_path / "ledger.json"
    path.write_text("old")
    assert run("errata", "--document", "003", "--json", str(path)).exit_code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["numbers"][0]["document"] == "003"
    assert [p.name for p in tmp_path.iterdir()] == ["ledger.json"]


@pytest.mark.parametrize("command", [[], ["verify"], ["errata"], ["discriminate"], ["bounds"]])
def test_help_is_enough_to_use_it(command):
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    for option in {
        "verify": ["--framework", "--require", "--json"],
        "errata": ["--document", "--all", "--json"],
        "discriminate": ["--mistake", "--json", "Exit codes"],
        "bounds": ["--networks", "--framework", "--json", "Exit codes"],
    }.get("".join(command), ["verify", "errata", "discriminate", "bounds", "Exit codes"]):
        assert option in result.output


def test_output_off_a_terminal_has_no_colour_codes(run):
    assert "\x1b" not in run("errata", "--document", "002").output


def test_every_title_is_given():
    assert all(load(number).title for number in DOCUMENTS)


# ----- how sharp, how wide -----


@pytest.fixture
def few_components(monkeypatch):
    """Few, measured in this process: all of them have a test of their own."""
    few = ("sigmoid", "softmax_cross_entropy", "adam")
    chosen = [probe for probe in probes() if probe.component in few][::4]
    monkeypatch.setattr(calibration, "probes", lambda: chosen)
    monkeypatch.setattr(calibration, "cores", lambda: 1)


@pytest.mark.usefixtures("few_components")
def test_bounds_shows_the_histogram_and_writes_it_as_json():
    arguments = ["bounds", "--networks", "6", "--framework", "numpy", "--json", "-"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert len(found["networks"]) == 6
    assert found["problems"] == []
    assert {entry["component"] for entry in found["components"]} >= {
        "sigmoid: activations, float64",
        "softmax_cross_entropy: loss, float32",
        "adam: updates, float64",
    }
    assert "Neither exceeded nor idle." in result.stderr
    assert "above 1" in result.stderr


@pytest.mark.usefixtures("few_components")
def test_bounds_exits_with_1_where_they_are_idle(monkeypatch):
    monkeypatch.setattr(calibration, "FLOOR", 0.99)
    arguments = ["bounds", "--networks", "1", "--framework", "numpy"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "nobody uses 0.99 of the bounds in any network" in " ".join(result.output.split())
