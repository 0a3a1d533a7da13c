"""What is said of files as students write them, in Chinese: no English but names and code."""

import inspect
import json
import re
from itertools import cycle
from pathlib import Path

import pytest
from chinese_console import chinese
from english import english
from needed import skip_unless_installed
from own_decays import SPARING
from own_laws import LIMITED
from own_laws import RIGHT as LAWS
from own_laws import WRONG as NO_LAWS
from own_parts import SIGNS, SIGNUM
from own_rules import FORMS, MOMENTUM, trained
from own_rules import RIGHT as RULES
from own_rules import WRONG as NO_RULES
from own_training import NETWORK, training

from crosscheck.frameworks.submissions import load
from crosscheck.report import check as shown_by
from crosscheck.report import languages
from crosscheck.report.check import show_report, show_table
from crosscheck.verification.checking.judging import Options, judge

FOLDER = Path(__file__).parents[1] / "submissions"
ANSWERS = {
    **json.loads((FOLDER / "answers.json").read_text("utf-8")),
    **{f"optimizers/{path.name}": {} for path in sorted((FOLDER / "optimizers").glob("*.py"))},
}
# Names that are in the adapter that is advised, and those of what was found without a name.
ADAPTER = {"batch", "weight", "bias", "inputs", "targets", "forward", "loss", "class", "return"}
ADAPTER |= {"backward", "tensorflow"}
BY_NAME = re.compile(r"由 \w+ 计算|找到：函数 [\w, .]+")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_report_has_no_english_but_names_and_code(name, monkeypatch):
    path = FOLDER / name
    skip_unless_installed(path)
    monkeypatch.chdir(path.parent)  # a file runs in its own folder
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.syspath_prepend(path.parent)
    only = ANSWERS[name].get("definitions_only", False)
    submission = load(path, definitions_only=only)
    report = judge(submission.namespace, None, name, Options(explain=True))
    report.conventions = [*submission.notes, *report.conventions]
    before = report.as_json()
    code = path.read_text("utf-8") + report.understood[report.understood.find("class Adapter") :]
    names = {*re.findall(r"[A-Za-z_]\w*", re.sub("#.*", "", code)), *ADAPTER} - PROSE
    shown = chinese(lambda console: show_report(console, report), width=400)
    assert english(BY_NAME.sub("", shown), names) == []
    row = chinese(lambda console: show_table(console, [report, report]), width=400)
    assert english(BY_NAME.sub("", row), names) == []
    assert report.as_json() == before


def test_whatever_a_line_begins_with_has_its_chinese():
    heads = re.findall(r'_say_named\(console, [\w.]+, "([^"]+)"', inspect.getsource(shown_by))
    assert len(heads) > 5
    assert [head for head in heads if f"{head}:" not in languages.catalogue()] == []


STEPS = {
    **{f"training, {kind}": training("epochs", kind) for kind in ("up", "half", "still", "twice")},
    "training, a loop": training("a loop of the file", "still"),
    "training, samples": training("samples"),
    "training, in main": training("in main").replace("lr *", "0.05 *"),
    "training, in main, by half": training("in main").replace("lr *", "0.5 * lr *"),
    "training, in main, twice": training("in main").replace("lr *", "2 * lr *"),
    "training, in main, a decay": training("in main")
    .replace("net.dW1", "(net.dW1 + 0.1 * net.W1)")
    .replace("net.dW2", "(net.dW2 + 0.1 * net.W2)"),
    "training, without its rate": training("one step").replace("lr *", "0.05 *"),
    **{law: NETWORK + text for law, (text, _) in {**LAWS, **NO_LAWS, **LIMITED}.items()},
    **{f"a decay, {kind}": f"import numpy as np\n{text}" for kind, (text, _) in SPARING.items()},
    **{n: f"import numpy as np\n{SIGNS.replace('Sgd', n)}" for n in ("Sgd", "Sign", "Lion")},
    "Signum": f"import numpy as np\n{SIGNUM}",
    **{
        rule: trained(form, text)
        for (rule, (text, _)), form in zip({**RULES, **NO_RULES}.items(), cycle(FORMS))
    },
    "a momentum of weights": trained("epochs", MOMENTUM.replace("0.9", "0.9 * (k[0] == 'W')")),
}


@pytest.mark.sampled(20)
@pytest.mark.parametrize("name", STEPS)
def test_what_is_said_of_a_step_has_no_english(name, tmp_path):
    path = tmp_path / "own.py"
    path.write_text(STEPS[name], "utf-8")
    report = judge(load(path).namespace, None, "own.py", Options())
    names = {*re.findall(r"[A-Za-z_]\w*", STEPS[name])} - PROSE
    shown = chinese(lambda console: show_report(console, report), width=400)
    assert english(BY_NAME.sub("", shown), names) == []


# Words that no file's name for something excuses.
PROSE = {"the", "of", "is", "are", "it", "its", "not", "with", "instead", "found", "wrong", "a"}
