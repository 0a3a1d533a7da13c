"""Every command with hostile arguments."""

import random
from functools import cache
from itertools import pairwise
from pathlib import Path

import click

from crosscheck.cli.main import COMMANDS, main
from trying.process import command, complaint, exit_codes, forked

LIMIT = 6.0  # seconds: what is refused is refused at once, and what begins to work may be ended
HOSTILE = (
    *("", " ", "-", "--", ",", ",,", "=", "=1", "lr=", "a=b", ":", "x:y", "/", "."),
    *("[red]x[/]", "[/]", "[/red]", "[", "]", "[link=x]y", "\\[", ":smile:"),
    *("\x1b[2J", "a\nb", "\r", "\x07", "\x7f", "\x9b2J", "\t", "\udcff", "a\udc80b", "\u202e"),
    *("9" * 20, "9" * 30, "9" * 5000, "-1", "0", "1", "2.5", "0x10", "1_0", "\u0663", "\uff11"),
    *("nan", "inf", "-inf", "1e400", "1e-400", "-0.0", "1" + "0" * 400),
    *("x" * 300, "x" * 10_000, "(" * 5000, "[" * 5000, "," * 5000, "é" * 200),
    *("<script>planted()</script>", "'", '"', "'\"`", "%s%n", "{}", "{0.__class__}", "${HOME}"),
    *("../../etc/passwd", "nosuch/x", "None", "True", "--help", "-h", "--nosuch", "-x"),
    *("numpy", "adam", "sgd", "mlp.forward", "lr=0.1", "__import__('os').system('touch planted')"),
    "lr=__import__('os').system('touch planted')",
)


def try_one(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """One command line."""
    chain, leaf = _command(rng)
    arguments = [*chain, *_drawn(rng, leaf)]
    outcome = forked(command(arguments), folder, limit=LIMIT)
    found = complaint(outcome, codes(tuple(chain)), is_json=_is_json(arguments))
    if (folder / "planted").exists():
        found = "an argument was executed"
    return shortened(arguments), found


def shortened(arguments: list[str]) -> str:
    """The arguments, with long ones cut."""
    return " ".join(repr(each if len(each) < 60 else each[:40] + "...") for each in arguments)


@cache
def codes(chain: tuple[str, ...]) -> frozenset[int]:
    """The exit codes that the help of a command names, or of `crosscheck` for no command."""
    found: click.Command = main
    context = click.Context(main, info_name="crosscheck")
    for name in chain:
        assert isinstance(found, click.Group)
        context = click.Context(found, parent=context)
        found = found.get_command(context, name) or main
    return frozenset(exit_codes(found.get_help(click.Context(found))))


def _command(rng: random.Random) -> tuple[list[str], click.Command]:
    """A command, and the names that lead to it."""
    name = rng.choice(tuple(COMMANDS))
    context = click.Context(main)
    found, chain = main.get_command(context, name), [name]
    assert found is not None
    while isinstance(found, click.Group):
        chain.append(rng.choice(found.list_commands(context)))
        found = found.get_command(context, chain[-1])
        assert found is not None
    return chain, found


def _drawn(rng: random.Random, leaf: click.Command) -> list[str]:
    """Values for all arguments of a command, and for some of its options."""
    options = [each for each in leaf.params if isinstance(each, click.Option)]
    drawn = []
    for option in rng.sample(options, min(len(options), rng.choice((0, 1, 1, 1, 2, 3)))):
        name = rng.choice([*option.opts, *option.secondary_opts])
        drawn += [name] if option.is_flag else [name, _value(rng, option)]
    if rng.random() < 0.3 and any("--json" in each.opts for each in options):
        drawn += ["--json", "-"]
    for argument in leaf.params:
        if isinstance(argument, click.Argument):
            drawn += [_value(rng, argument) for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))]
    return drawn


def _value(rng: random.Random, parameter: click.Parameter) -> str:
    if isinstance(parameter.type, click.Choice) and rng.random() < 0.4:
        return str(rng.choice(list(parameter.type.choices)))
    return rng.choice(HOSTILE)


def _is_json(arguments: list[str]) -> bool:
    """Whether the JSON goes to standard output, and no help does."""
    asked = [one for flag, one in pairwise(arguments) if flag == "--json"]
    return asked[-1:] == ["-"] and not {"--help", "-h"} & set(arguments)
