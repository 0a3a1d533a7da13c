"""Help is shown at once: nothing is imported for it that only a command's work needs."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import COMMANDS, main
from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.names import NAMES
from crosscheck.training import choices
from crosscheck.training.data.datasets import DATASETS
from crosscheck.training.experiments.table import EXPERIMENTS

HEAVY = {
    *("numpy", "flint", "rich", "safetensors", "threadpoolctl", "packaging", "scipy"),
    "ml_dtypes",
    *("torch", "jax", "keras", "mlx", "autograd", "tensorflow", "tinygrad", "optax", "sklearn"),
    *("matplotlib", "pooch", "jinja2", "pygments", "latex2mathml"),
    *("reference_numpy", "reference_torch", "reference_jax"),
}
# Most of them are those of Python itself and of click. What a command runs loads far more.
MOST_MODULES = 260
MODULES_OF_HELP = """
import json, sys
from crosscheck.cli.main import main
try:
    main(sys.argv[1:], prog_name="crosscheck")
except SystemExit as ended:
    assert not ended.code, ended.code
print()
print(json.dumps(sorted(sys.modules)))
"""


def modules_of(*arguments):
    """The modules that are loaded once a command line has run, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", MODULES_OF_HELP, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *(pytest.param([name, "--help"], marks=pytest.mark.sampled(4)) for name in COMMANDS),
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments):
    modules = modules_of(*arguments)
    assert HEAVY.isdisjoint(module.partition(".")[0] for module in modules)
    assert len(modules) <= MOST_MODULES


def test_the_list_of_commands_loads_none_of_them():
    loaded = {module for module in modules_of("--help") if module.startswith("crosscheck.cli.")}
    assert loaded == {*(f"crosscheck.cli.{name}" for name in ("interrupts", "main", "streams"))}


def test_every_command_is_listed_with_the_sentence_of_its_own_help():
    context = main.make_context("crosscheck", [], resilient_parsing=True)
    for name, (_, sentence) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command.name == name
        assert " ".join(command.help.partition("\n\n")[0].split()).startswith(sentence)
    assert list(COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_no_sentence_of_the_list_is_cut(width):
    environment = {"COLUMNS": width}
    shown = CliRunner().invoke(main, ["--help"], env=environment, terminal_width=int(width))
    listed = shown.stdout.partition("Commands:\n")[2]
    words = " ".join(f"{name} {sentence}" for name, (_, sentence) in COMMANDS.items())
    assert " ".join(listed.split()) == words
    assert max(map(len, listed.splitlines())) <= int(width)


def test_what_is_offered_is_what_there_is():
    assert tuple(choices.PIXELS) == tuple(DATASETS)
    assert tuple(EXPERIMENTS) == choices.EXPERIMENTS
    assert tuple(KEYWORDS) == NAMES
