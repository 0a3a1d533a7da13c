"""Every example on the pages is run, or it is said why not; where output is shown, it comes out."""

import re
import tomllib
from pathlib import Path

import pytest
from doc_blocks import BLOCKS, ROOT
from doc_scratch import prepare, run, source

ACCOUNTS = tomllib.loads(Path(__file__).with_name("accounts.toml").read_text(encoding="utf-8"))
OUTPUTS = {block.after: block for block in BLOCKS if not block.is_shell}
# Of a measure of rounding the size, which another processor may change: 5.6e-17, 2.28e14.
MEASURE = re.compile(r"\d+(\.\d+)?e-?\d\d")


def account(kind, text):
    """The pattern of accounts.toml that a command or a block matches, or None."""
    return next((p for p in ACCOUNTS[kind] if re.fullmatch(p, text, flags=re.DOTALL)), None)


def described(block):
    """A block as accounts.toml names it."""
    return f"{block.page}: {block.text}"


def is_output(block):
    """Whether a block is what the command before it prints, which is run."""
    before = block.after
    if block.language not in ("", "text") or block.is_shell or not before or not before.is_shell:
        return False
    return not before.output and not account("elsewhere", before.commands[-1])


def pieces(long):
    """Every block of which something is run, with the commands: the long ones, or the others."""
    seen = set()
    for block in BLOCKS:
        if block.is_shell:
            left = [c for c in block.commands if not account("elsewhere", c)]
            left = [c for c in left if bool(account("long", c)) == long and c not in seen]
        else:
            run_here = block.language == "python" and not account("blocks", described(block))
            left = [block.text] if run_here and not long and block.text not in seen else []
        seen |= set(left)
        if left:
            yield block, left


SHORT, LONG = list(pieces(long=False)), list(pieces(long=True))
# A translation takes seconds, in which it is run in both frameworks.
TRANSLATED = [piece for piece in SHORT if piece[0].text.startswith("crosscheck translate")]
OTHERS = [piece for piece in SHORT if piece not in TRANSLATED]


def ids(value):
    return str(value) if not isinstance(value, list) else ""


def words(text):
    return MEASURE.sub("#", " ".join(text.split()))


def check_output(shown, printed):
    """Every line that is shown is printed, in this order; others may be left out."""
    printed, at = words(printed), 0
    for line in filter(None, map(words, shown.splitlines())):
        found = printed.find(line, at)
        assert found >= 0, f"shown, and not printed:\n{line}\nbut\n{printed}"
        at = found + len(line)


def run_all(block, commands):
    """Run the commands of a block; what is shown behind the last one has to come out."""
    printed = [run(command) for command in commands]
    behind = OUTPUTS.get(block)
    shown = block.output or (behind.text if behind and is_output(behind) else "")
    if shown and commands[-1] == block.commands[-1]:
        check_output(shown, printed[-1])


@pytest.mark.parametrize(("block", "left"), OTHERS, ids=ids)
def test_an_example_runs(block, left, tmp_path, monkeypatch):
    prepare(tmp_path, block.text)
    monkeypatch.chdir(tmp_path)
    if block.language != "python":
        run_all(block, left)
        return
    names = {"__name__": "page"}
    exec(source(block), names)
    for name, thing in names.items():
        if name.startswith("test_"):
            thing()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("block", "left"), TRANSLATED, ids=ids)
def test_a_translation_is_the_one_that_is_shown(block, left, tmp_path, monkeypatch):
    prepare(tmp_path, block.text)
    monkeypatch.chdir(tmp_path)
    run_all(block, left)


@pytest.mark.sampled(0)
@pytest.mark.parametrize(("block", "left"), LONG, ids=ids)
def test_a_long_example_runs(block, left, tmp_path, monkeypatch):
    prepare(tmp_path, block.text)
    monkeypatch.chdir(tmp_path)
    run_all(block, left)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_is_run_or_it_is_said_why_not(block):
    if block.is_shell or block.language == "python" or is_output(block):
        return
    if block.language == "toml":
        assert tomllib.loads(block.text)
        return
    assert account("blocks", described(block)), (
        f"{block} is no command, no Python, no TOML and not behind a command: say in "
        "tests/docs/accounts.toml what it is, or who runs it"
    )


def test_every_account_is_of_something():
    commands = {command for block in BLOCKS if block.is_shell for command in block.commands}
    found = {account(kind, c) for kind in ("long", "elsewhere") for c in commands}
    found |= {account("blocks", described(block)) for block in BLOCKS}
    assert {pattern for kind in ACCOUNTS.values() for pattern in kind} <= found


def test_every_test_that_an_account_names_is_there():
    for reason in (reason for kind in ACCOUNTS.values() for reason in kind.values()):
        for path in re.findall(r"tests/[\w/]+\.py", reason):
            assert (ROOT / path).is_file(), path


def test_a_line_that_is_not_printed_is_found():
    check_output("a  b\nlast 5.6e-17", "a\n b c\nlast 1.1e-16")
    for shown in ("a c", "last\na", "last 5.6e-7"):
        with pytest.raises(AssertionError, match="not printed"):
            check_output(shown, "a b c\nlast 1.1e-16")
