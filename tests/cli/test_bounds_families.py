"""`crosscheck bounds --families` and `--case`: what is searched, shown, refused and written."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.numerics.blindness import Sight
from crosscheck.numerics.bounds import activations
from crosscheck.verification import calibration, search
from crosscheck.verification.cases import network
from crosscheck.verification.cases.families import KINDS
from crosscheck.verification.cases.probes import probes

SEARCH = ("bounds", "--families", "--framework", "numpy", "--networks", "2", "--histories", "1")
# Of two networks and one history these are the families.
FAMILIES = ["network/ordinary", "network/deep", "history/ordinary"]


@pytest.fixture
def run(monkeypatch):
    """Run a command line in this process, with nothing computed before."""
    monkeypatch.setattr(search, "cores", lambda: 1)
    monkeypatch.setattr(calibration, "cores", lambda: 1)

    def forget():
        for cached in (network.exact_pass, network.bounds_of, network.exact_stages):
            cached.cache_clear()

    def invoke(*arguments):
        forget()
        return CliRunner().invoke(main, list(arguments))

    yield invoke
    monkeypatch.undo()
    forget()


def said(text):
    return " ".join(text.split())


# ----- a search -----


def test_a_search_shows_every_family_and_holds(run):
    result = run(*SEARCH, "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert [f"{each['kind']}/{each['family']}" for each in found["families"]] == FAMILIES
    assert {each["framework"] for each in found["families"]} == {"numpy"}
    assert (found["seed"], found["findings"], found["holds"]) == (1, [], True)
    assert "Not exceeded. Of 3 runs the worst uses 0." in said(result.stderr)
    assert "1 of 3: network/ordinary: 1" in result.stderr
    for family in FAMILIES:
        assert f" {family} " in result.stderr


def test_without_a_framework_all_that_are_installed_are_searched(run, monkeypatch):
    asked = []

    def searched(names, kind, family, seed, cases, dtypes):
        asked.append((names, seed))
        return [[[each, kind, family, 1, 0, 0, 0, 0.5, "case", Sight()] for each in "ab"], []]

    monkeypatch.setattr(search, "search_family", searched)
    result = run("bounds", "--families", "--networks", "1", "--histories", "1", "--json", "-")
    assert asked == [([], 1)] * 2  # `installed` takes no name at all for every framework
    found = json.loads(result.stdout)
    assert [each["framework"] for each in found["families"]] == ["a", "b"] * 2


def test_another_seed_draws_other_cases(run):
    one, other = (json.loads(run(*SEARCH, "--seed", n, "--json", "-").stdout) for n in "12")
    fractions = [[each["fraction"] for each in found["families"]] for found in (one, other)]
    assert fractions[0] != fractions[1]
    assert other["families"][0]["worst"] == "network/ordinary/2/0"


def test_an_exceeded_bound_ends_with_1_and_its_command_shows_it_again(run, monkeypatch):
    for name, bound in activations.FORWARD_BOUNDS.items():
        monkeypatch.setitem(
            activations.FORWARD_BOUNDS, name, lambda *a, bound=bound: bound(*a) / 1000
        )
    result = run(*SEARCH, "--json", "-")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["holds"] is False
    assert len(found["findings"]) == 2
    assert "EXCEEDED. 2 findings in 3 runs; the worst uses" in said(result.stderr)
    for finding in found["findings"]:
        assert finding["command"] in result.stderr.splitlines()[-1] + said(result.stderr)
        program, *arguments = finding["command"].split()
        assert program == "crosscheck"
        again = run(*arguments, "--json", "-")
        assert again.exit_code == 1
        (judgement,) = json.loads(again.stdout)["judgements"]
        assert max(each["fraction"] for each in judgement["quantities"]) == finding["fraction"] > 1
        assert "times its bound of" in said(again.stderr)


# ----- one case -----


def test_a_case_is_shown_quantity_by_quantity(run):
    result = run("bounds", "--case", "network/ordinary/1/0", "--framework", "numpy", "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    (judgement,) = found["judgements"]
    assert found["holds"] is True
    assert (judgement["framework"], judgement["case"]) == ("numpy", "network/ordinary/1/0")
    stages = [each["stage"] for each in judgement["quantities"]]
    assert list(dict.fromkeys(stages)) == ["forward", "deltas", "gradients"]
    loss = next(each for each in judgement["quantities"] if each["quantity"] == "loss")
    # What is written of the exact value was rounded, by half an ulp at most.
    off = abs(loss["computed"] - loss["exact"])
    assert loss["fraction"] * loss["bound"] == pytest.approx(off, abs=np.spacing(loss["exact"]) / 2)
    assert (loss["where"], loss["entries"], loss["excluded"], loss["blind"]) == ("loss", 1, 0, 0)
    assert "network/ordinary/1/0 by numpy" in result.stderr
    for column in ("worst fraction", "where", "computed", "exact", "bound", "excluded", "blind"):
        assert column in said(result.stderr)


@pytest.mark.parametrize("case", ["network/subnormal/3/5", "history/zeros/3/5"])
def test_cases_of_both_kinds_are_shown(run, case):
    result = run("bounds", "--case", case, "--framework", "numpy")
    assert result.exit_code == 0
    assert f"{case} by numpy" in result.stdout
    assert "must be equal" in result.stdout  # the arguments afterwards


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--case", "network/saturated/1"], "has not the form KIND/FAMILY/SEED/NUMBER"),
        (["--case", ""], "has not the form KIND/FAMILY/SEED/NUMBER"),
        (["--case", "network/nosuch/1/2"], "network has no family 'nosuch': there are ordinary"),
        (["--case", "network/deep/1/x"], "the number 'x' in 'network/deep/1/x' is no whole number"),
        (["--case", "network/deep/1/2", "--framework", "nosuch"], "'nosuch' is neither"),
        (
            ["--case", "network/deep/1/2", "--families"],
            "--families and --case are different things: give one",
        ),
        (["--case", "network/deep/1/2", "--seed", "3"], "--seed says nothing with --case"),
        (["--seed", "3"], "--seed says nothing with none of --families, --case and --scan"),
        (["--histories", "3"], "--histories says nothing with none of"),
        (["--families", "--histories", "0"], "0 is not in the range x>=1"),
        (["--families", "--seed", "-1"], "-1 is not in the range"),
        (["--families", "--framework", "nosuch"], "'nosuch' is neither a framework"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_refused(run, arguments, message):
    result = run("bounds", *arguments)
    assert result.exit_code == 2
    assert message in said(result.output)


def test_the_help_names_the_families_and_what_a_case_is_called(run):
    text = said(run("bounds", "--help").output)
    assert "--families" in text
    assert "--histories" in text
    assert "network/FAMILY/SEED/NUMBER" in text
    assert len(KINDS["network"]) == len(KINDS["history"]) == 10


# ----- without families -----


def test_without_families_blind_entries_are_reported_too(run, monkeypatch):
    chosen = [probe for probe in probes() if probe.component == "sigmoid"][:4]
    monkeypatch.setattr(calibration, "probes", lambda: chosen)
    result = run("bounds", "--networks", "3", "--framework", "numpy", "--json", "-")
    sight = json.loads(result.stdout)["sight"]
    assert sight["entries"] > 100 > sight["tensors"] > 10
    assert f"Of {sight['entries']:,} entries of the networks" in said(result.stderr)
    assert f"{sight['blind']:,} are blind" in said(result.stderr)
