"""Every example of docs/api.md is run, and every value that it states is the one that comes out."""

import ast
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
# What the page says of its own rounding errors, which no other processor need have.
APPROXIMATE = ("about", "how", "what", "the", "dC", "whether")


@pytest.fixture(scope="module")
def names():
    """Everything that the blocks define, run in their order."""
    namespace = {}
    for block in BLOCKS:
        exec(compile(block, "docs/api.md", "exec"), namespace)
    return namespace


def stated():
    """Every line `expression  # value`: what it shows, and the value as Python writes it."""
    for block in BLOCKS:
        for line in block.splitlines():
            expression, mark, comment = line.partition("  # ")
            if mark and not comment.strip().startswith(APPROXIMATE):
                yield expression.strip(), comment.strip()


STATED = list(stated())


def test_the_page_states_values():
    assert len(STATED) >= 7


@pytest.mark.parametrize(("expression", "value"), STATED)
def test_what_the_page_states_comes_out(names, expression, value):
    assert eval(expression, names) == ast.literal_eval(value)


def test_the_tests_on_the_page_pass(names):
    tests = [thing for name, thing in names.items() if name.startswith("test_")]
    assert len(tests) == 3
    for test in tests:
        test()


def test_the_page_shows_every_public_function(names):
    import crosscheck

    functions = [name for name in crosscheck.__all__ if name.islower() and name[0] != "_"]
    for name in functions:
        assert f"crosscheck.{name}(" in PAGE, name


def test_the_message_on_the_page_is_the_one_that_is_given(names):
    """The page's own example with the factor forgotten that it names."""
    import crosscheck

    (block,) = (block for block in BLOCKS if "def loss_and_gradients" in block)
    assert block.count(" * a2 * (1 - a2) /") == 1
    broken = {}
    exec(block.replace(" * a2 * (1 - a2) /", " /"), broken)
    with pytest.raises(AssertionError) as error:
        broken["test_my_gradients"]()
    shown = " ".join(PAGE.split())
    for line in str(error.value).splitlines():
        words, _, _ = line.partition(": off by")
        name = line.partition("reproduced by")[2]
        assert words.partition(" is ")[0] in shown
        assert name in shown
    assert crosscheck.__version__
