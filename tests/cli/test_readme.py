"""What the READMEs show is what is there: the ledger, and commands with what they print."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.documents.ledger import ledger
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.documents.verdicts import Verdict
from crosscheck.report.markdown import page, summary
from crosscheck.verification import example_values
from crosscheck.verification.checking import running

ROOT = Path(__file__).parents[2]
NAMES = ("README.md", "README.zh.md")
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
EXCERPTS = re.findall(r"```python\n# (\S+)\n(.*?)```", DESIGN, re.DOTALL)
# These need no compiler, no other framework and little time.
QUICK = ("check", "document", "errata", "grade", "new", "read", "worksheet")


@pytest.mark.parametrize(("path", "code"), EXCERPTS, ids=[path for path, _ in EXCERPTS])
def test_an_excerpt_stands_in_the_file_it_names(path, code):
    source = (ROOT / path).read_text(encoding="utf-8")
    for part in code.split("...\n"):
        assert part.strip()
        assert part.strip("\n") in source


def test_all_three_gradients_are_shown():
    names = [f"reference_{name}/gradients.py" for name in ("numpy", "torch", "jax")]
    assert [path for path, _ in EXCERPTS] == names


def between(text, name):
    return text.split(f"<!-- begin {name} -->\n")[1].split(f"<!-- end {name} -->")[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_errata_are_what_the_command_prints(name):
    shown = between(READMES[name], "errata")
    assert shown.strip() == summary([ledger(number) for number in DOCUMENTS]).strip()


@pytest.mark.parametrize("name", NAMES)
def test_the_lectures_are_named_with_what_is_wrong_in_them(name):
    rows = between(READMES[name], "lectures").splitlines()[2:]
    for number, row in zip(DOCUMENTS, rows, strict=True):
        found = ledger(number)
        counts = found.count()
        _, first, title, wrong, claims, _ = map(str.strip, row.split("|"))
        assert (first, title[1:-1]) == (number, found.document.title)
        assert int(wrong) == counts[Verdict.CONTRADICTED]
        fails = {counts[StatementVerdict.FAILS], len(found.statements)}
        assert set(map(int, re.findall(r"\d+", claims))) == fails


def test_the_page_of_the_errata_is_what_the_command_prints():
    shown = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
    assert shown == page([ledger(number) for number in DOCUMENTS])


def named(text):
    return set(re.findall(r"crosscheck (?:--language zh )?([a-z]+)", text))


@pytest.mark.parametrize("command", sorted(named("".join(READMES.values()))))
def test_every_command_named_exists(command):
    assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


def sessions(text):
    """Each command after a $, and the lines that are shown of what it prints."""
    found = []
    for line in text.splitlines():
        if line.startswith("    $ "):
            found.append((line[6:], []))
        elif line.startswith("    ") and found:
            found[-1][1].append(line.strip())
    return found


def test_the_two_readmes_show_the_same_commands():
    plain = [
        [command.replace("--language zh", "").split() for command, _ in sessions(text)]
        for text in READMES.values()
    ]
    assert plain[0] == plain[1]
    assert sum(command[:1] == ["crosscheck"] for command in plain[0]) >= 10


def masked(text):
    """A text with single spaces, in which no measure of rounding stands: processors differ."""
    return re.sub(r"\d+(\.\d+)?e-?\d\d", "#", " ".join(text.split()))


@pytest.fixture
def once(monkeypatch):
    """What takes longest is computed once, and shown in either language."""
    kept = {}

    def remember(module, name):
        function = getattr(module, name)

        def remembered(*arguments):
            key = name, repr(arguments[:2])  # not what is told of the progress
            if key not in kept:
                kept[key] = function(*arguments)
            return kept[key]

        monkeypatch.setattr(module, name, remembered)

    remember(running, "check_files")
    remember(example_values, "example_values")


@pytest.mark.usefixtures("once")
def test_the_commands_print_what_is_shown(tmp_path, monkeypatch):
    for library in ("jinja2", "latex2mathml"):
        pytest.importorskip(library, reason=f"{library}, which writes worksheets, is missing")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copytree(ROOT / "docs" / "examples", "docs/examples")
    shutil.copytree(ROOT / "tests" / "submissions", "tests/submissions")
    printed = {}
    for command, lines in sessions("".join(READMES.values())):
        program, *arguments = shlex.split(command)
        if arguments[:2] == ["--language", "zh"]:
            arguments = [*arguments[2:], "--language", "zh"]
        if program == "cp":
            shutil.copy(*arguments)
        if program != "crosscheck" or arguments[0] not in QUICK:
            continue
        if command not in printed:
            folder = Path(arguments[-1] if arguments[0] == "new" else "exercise")
            if arguments[0] in ("new", "worksheet") and folder.exists():
                shutil.rmtree(folder)
            printed[command] = masked(CliRunner().invoke(main, arguments).output)
        for piece in "…".join(lines).split("…"):
            assert masked(piece) in printed[command], command
    assert {command.split()[1] for command in printed} >= {"grade", "new", "read", "worksheet"}


def test_the_example_of_a_lecture_is_the_one_that_is_explained():
    explained = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", explained, flags=re.S)
    assert (ROOT / "docs" / "examples" / "lecture.toml").read_text(encoding="utf-8") == example
