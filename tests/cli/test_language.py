"""`--language`: what five commands print in Chinese, and what is the same in both languages."""

import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from chinese_console import chinese
from click.testing import CliRunner
from english import english
from malformed_files import CHANGES, GOOD
from outputs import ledgers, verification

from crosscheck.cli.main import main
from crosscheck.cli.output import progress_bar
from crosscheck.documents.worksheets.answers import answers_text
from crosscheck.documents.worksheets.drawing import draw
from crosscheck.report.errata import show_errata
from crosscheck.report.patterns import LONGEST
from crosscheck.report.verification import show_verification
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.result import Verification

VARIABLE = "CROSSCHECK_LANGUAGE"
# What these documents' texts are about: names in their formulas and in their code.
OF_DOCUMENTS = {"sigma", "eta", "alpha", "delta", "softplus", "loss", "errors", "prediction"}
OF_DOCUMENTS |= {"params", "outputs", "rate", "Java", "mine"}


def run(*arguments, language=None, **options):
    runner = CliRunner(env={VARIABLE: language, "COLUMNS": "160"})
    return runner.invoke(main, [str(each) for each in arguments], **options)


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch):
    """No framework computes, and no file is checked: what is said is what matters here."""
    example = "crosscheck.verification.example_values.example_values"
    monkeypatch.setattr(example, lambda numbers: {getattr(n, "number", n): {} for n in numbers})
    monkeypatch.setattr("crosscheck.verification.checking.running.check_files", checked)


def checked(targets, options, limit, done):
    """A report of each file, that it is wrong."""
    line = Line("gradient of W1", Verdict.WRONG, "it has the opposite sign", 7.5)
    text = "the class Net: W1, b1 for sizes (3, 2), weights (fan_in, fan_out); samples in rows"
    printed = ["right", "loss by wrong"]
    return [CheckReport(each, "network", text, [line], printed=printed) for each in targets]


def is_chinese(text):
    return bool(re.search("[\u4e00-\u9fff]", text))


# ----- which language -----


@pytest.mark.parametrize(
    ("before", "after", "variable", "expected"),
    [
        ([], [], None, "en"),
        ([], [], "", "en"),
        ([], [], "zh", "zh"),
        (["--language", "zh"], [], None, "zh"),
        (["--language", "en"], [], "zh", "en"),
        ([], ["--language", "zh"], None, "zh"),
        (["--language", "zh"], ["--language", "en"], "zh", "en"),
        (["--language", "zh"], [], "fr", "zh"),
    ],
)
def test_a_commands_own_option_wins_then_the_general_one_then_the_variable(
    before, after, variable, expected
):
    result = run(*before, "errata", "--document", "000", *after, language=variable)
    assert result.exit_code == 0, result.output
    assert ("文档 000：" in result.stdout) == (expected == "zh")
    assert ("Document 000: " in result.stdout) == (expected == "en")


@pytest.mark.parametrize(
    "arguments", [["--language", "fr", "errata"], ["errata", "--language", "fr"]]
)
def test_an_unknown_language_is_refused_and_the_known_ones_are_named(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "'--language': 'fr' is none of the languages en, zh" in result.output


def test_an_unknown_language_in_the_variable_is_said_to_be_there():
    result = run("errata", "--document", "000", language="deutsch")
    assert result.exit_code == 2
    assert f"the variable {VARIABLE}: 'deutsch' is none of the languages en, zh" in result.output
    assert run("errata", "--help", language="deutsch").exit_code == 0


@pytest.mark.parametrize("command", ["check", "errata", "grade", "site", "verify", "worksheet"])
def test_each_of_these_commands_takes_a_language(command):
    assert "--language" in run(command, "--help").output


def test_verify_without_its_name_has_the_language_too(monkeypatch):
    verified_as(Verification({}, []), monkeypatch)
    assert "全部成立。" in run("--language", "zh").stdout
    assert "全部成立。" in run(language="zh").stdout
    assert "All holds." in run().stdout


def verified_as(result, monkeypatch):
    """Let `crosscheck verify` find this, of no document."""
    module = "crosscheck.verification.verify"
    monkeypatch.setattr(f"{module}.verify_everything", lambda selection, **rest: result)
    monkeypatch.setattr(f"{module}.tasks", lambda selection: 1)
    monkeypatch.setattr("crosscheck.documents.transcription.DOCUMENTS", ())


# ----- what is printed -----


def left_in(text, names=()):
    return {word for line in text.splitlines() for word in english(line, names)}


@pytest.mark.parametrize("everything", [False, True])
def test_nothing_english_is_left_in_the_errata(everything):
    shown = chinese(partial(show_errata, ledgers=ledgers(), everything=everything))
    assert left_in(shown, OF_DOCUMENTS) == set()


def test_nothing_english_is_left_in_a_verification_but_what_a_framework_said():
    said = re.compile(r"/home/student\S*|word\d+ of 0\.\d+|(?:worked|printed) \w+-\S+")
    shown = chinese(
        lambda console: show_verification(console, verification(), ledgers(), everything=True)
    )
    shown = said.sub("", shown).replace("No module named", "")
    own = {"mine", "other", "absent", "see", "no", "in", "as", "declares", "overflow", "step", "of"}
    assert left_in(shown, own | {"skipped", "problem"}) == set()


@pytest.mark.parametrize(
    "command", [["check", "a.py"], ["errata", "--document", "002"], ["verify"]]
)
def test_the_json_is_the_same_in_both_languages(command, tmp_path, monkeypatch):
    verified_as(verification(), monkeypatch)
    said = {}
    for language in ("en", "zh"):
        path = tmp_path / f"{language}.json"
        said[language] = run(*command, "--json", path, "--language", language)
    assert said["en"].exit_code == said["zh"].exit_code
    assert said["en"].stdout != said["zh"].stdout
    english, chinese = (tmp_path / f"{language}.json" for language in said)
    assert english.read_bytes() == chinese.read_bytes()


def test_a_malformed_document_is_refused_in_chinese(tmp_path):
    path = tmp_path / "notes.toml"
    names = {*re.findall(r"\w+", GOOD), "table", "True", "False", "section"}
    names |= set(
        re.findall(r"\w+", " ".join(message.partition(": ")[0] for *_, message in CHANGES))
    )
    for old, new, _ in CHANGES:
        path.write_text(GOOD.replace(old, new, 1), "utf-8")
        result = run("errata", path, language="zh")
        assert result.exit_code == 2
        assert is_chinese(result.stderr), result.stderr
        # What is longer stays as it is: a number of five thousand digits.
        short = "\n".join(line for line in result.stderr.splitlines() if len(line) <= LONGEST)
        said = re.sub("已知的有[^\n]*", "", short)
        assert left_in(said, names - {"is", "a", "line", "must"}) == set()


def test_bad_usage_of_check_is_said_in_chinese():
    result = run("check", "a.py", "--loss", "mse", language="zh")
    assert result.exit_code == 2
    assert "--loss：'mse' 不在 squared_error" in result.output
    assert "是否指 mean_squared_error" in result.output
    assert "形式不是 NAME=VALUE" in run("check", "a.py", "--set", "lr", language="zh").output


def test_what_a_students_file_prints_is_not_translated():
    shown = run("check", "right", language="zh").stdout
    assert "right：类 Net：W1, b1，各层大小 (3, 2)，权重 (fan_in, fan_out)；每行一个样本\n" in shown
    assert "打印：right\n" in shown
    assert "打印：loss by wrong\n" in shown
    several = run("check", "right", "wrong", language="zh").stdout
    assert re.search("│ right +│ 有误", several)
    assert "2 个有误" in several


def test_a_terminal_of_another_encoding_gets_question_marks(tmp_path):
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    import pty

    leader, follower = pty.openpty()
    exercise = draw((2, 1), activations=("sigmoid",), loss="squared_error", optimizer="sgd")
    path = tmp_path / "ada.toml"
    path.write_text(answers_text(exercise, exercise.solution), "utf-8")
    command = [sys.executable, "-m", "crosscheck", "grade", path]
    environment = os.environ | {"PYTHONIOENCODING": "latin-1", VARIABLE: "zh"}
    with subprocess.Popen(command, stdout=follower, env=environment) as process:
        os.close(follower)
        shown = read_all(leader)
        os.close(leader)
    assert process.returncode == 0
    assert b"??" in shown
    assert b"ada" in shown


def read_all(leader):
    """What is written to a pseudo-terminal until nobody has it open any more."""
    found = b""
    try:
        while part := os.read(leader, 65536):
            found += part
    except OSError:  # how Linux says that it is closed
        pass
    return found


def test_the_lines_of_progress_are_in_the_language(capsys):
    for language in ("en", "zh"):
        with progress_bar(2, 0, language) as advance:
            advance("the ledger")
            advance("sums")
    assert capsys.readouterr().err.splitlines() == [
        *("1 of 2: the ledger", "2 of 2: sums"),
        *("第 1 项，共 2 项：判定表", "第 2 项，共 2 项：sums"),
    ]


def test_json_on_standard_output_leaves_the_tables_to_standard_error():
    result = run("--language", "zh", "check", "a.py", "--json", "-")
    assert json.loads(result.stdout)["reports"][0]["outcome"] == "wrong"
    assert not is_chinese(result.stdout)
    assert "有误。" in result.stderr


def test_a_worksheet_and_its_marks_are_in_the_language_of_all(tmp_path):
    pytest.importorskip("jinja2", reason="the pages of a worksheet need crosscheck[site]")
    folder = tmp_path / "sheet"
    small = ["--layers", "2,1", "--activations", "sigmoid"]
    assert run("worksheet", folder, *small, language="zh").exit_code == 0
    for name in ("worksheet.md", "solution.md"):
        text = Path(folder / name).read_text("utf-8")
        assert left_in(re.sub("[＿*#]", "", text), {"sgd"}) == set()
    shown = run("grade", folder / "solution.toml", language="zh")
    assert shown.exit_code == 0
    assert left_in(shown.stdout, {"solution"}) == set()
    english_csv, chinese_csv = tmp_path / "en.csv", tmp_path / "zh.csv"
    run("grade", folder / "solution.toml", "--csv", english_csv)
    run("grade", folder / "solution.toml", "--csv", chinese_csv, language="zh")
    assert english_csv.read_bytes() == chinese_csv.read_bytes()
    refused = run("worksheet", folder, language="zh")
    assert refused.exit_code == 2
    assert is_chinese(refused.output)
