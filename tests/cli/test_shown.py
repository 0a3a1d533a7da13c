"""What a command shows: before anything that can fail, and nothing that steers a terminal."""

import ast
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import crosscheck.cli
from crosscheck.cli.main import main
from crosscheck.cli.output import console_for

FOLDER = Path(crosscheck.cli.__file__).parent
STEERING = "\x1b[2J\x9b\u202e"
ESCAPED = "\\x1b[2J\\x9b\\u202e"


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_a_full_disk_does_not_hide_the_table(monkeypatch, tmp_path):
    def full(path, content):
        raise OSError(28, "No space left on device")

    shown = run("read", "mlp.forward").stdout
    monkeypatch.setattr("crosscheck.report.json_files.write_json", full)
    result = run("read", "mlp.forward", "--json", str(tmp_path / "x.json"))
    assert (result.exit_code, result.stdout) == (2, shown)
    assert "x.json: No space left on device" in " ".join(result.stderr.split())


def calls_in(statement):
    """The names of the functions that a statement calls."""
    return {
        node.func.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_command_shows_its_tables_before_it_writes_json():
    seen = 0
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            block = getattr(node, "body", [])
            for number, statement in enumerate(block if isinstance(block, list) else []):
                if isinstance(statement, ast.Expr) and "write_json" in calls_in(statement):
                    later = set().union(*map(calls_in, block[number:]))
                    assert not [name for name in later if name.startswith("show")], path.name
                    seen += 1
    assert seen >= 12


@pytest.mark.parametrize(
    "arguments",
    [
        ["errata", f"no{STEERING}.toml"],
        ["check", f"no{STEERING}.py"],
        ["site", "out", "--run", f"no{STEERING}"],
        ["read", f"no{STEERING}"],
        [f"no{STEERING}"],
        ["verify", f"--no{STEERING}"],
        ["translate", STEERING, "--to", "jax"],
    ],
)
def test_an_argument_that_steers_a_terminal_is_shown_escaped(arguments):
    result = run(*arguments)
    assert result.exit_code in (2, 3)
    for character in STEERING:
        assert character not in result.output or character in "[2J"
    assert "\x1b" not in result.output


def test_a_message_that_names_a_file_shows_its_name_escaped(tmp_path):
    path = tmp_path / f"a{STEERING}.toml"
    path.touch()
    result = run("document", "new", str(path))
    assert result.exit_code == 2
    assert f"a{ESCAPED}.toml exists" in " ".join(result.stderr.split())


def test_a_console_shows_its_own_control_characters_alone(capsys):
    console_for(None).print(f"[red]{STEERING}[/]")
    assert ESCAPED in capsys.readouterr().out


def test_a_file_name_that_is_no_utf_8_can_be_shown(tmp_path):
    if os.name != "posix":
        pytest.skip("these are file names as POSIX has them")
    name = os.fsdecode(os.fsencode(tmp_path / "x") + b"\xff.py")
    Path(name).write_text("def loss(predictions, targets): ...\n", encoding="utf-8")
    result = run("check", name, "--json", "-")
    assert result.exit_code == 3
    assert "\\udcff.py" in result.stdout
    assert "\\udcff.py" in result.stderr
