"""The command line: `crosscheck` alone is `crosscheck verify`.

To show its help takes a moment, so nothing is imported before it is used: a command's module only
when that command is asked for, and what the command runs only when it runs.
"""

import io
import sys
from contextlib import suppress
from errno import ENOSPC, EPIPE
from importlib import import_module
from typing import Any

import click

from crosscheck.cli import interrupts
from crosscheck.cli.streams import leave_unwritten, open_what_is_closed
from crosscheck.frameworks.plain_text import harmless
from crosscheck.frameworks.version import VERSION

# The module of every command, and the sentence with which its help begins.
COMMANDS = {
    "bench": (
        "bench",
        "Time whole epochs of the references and of other frameworks, shuffling included.",
    ),
    "bounds": (
        "bounds",
        "Measure how much of the error bounds correct implementations use.",
    ),
    "check": (
        "check",
        "Check your own file: a network with its gradients, an optimizer, or one function.",
    ),
    "conventions": (
        "conventions",
        "Show how stock optimizers, schedules and losses relate to the references.",
    ),
    "diff": (
        "diff",
        "Say whether two sets of tensors of one network differ by rounding, or by a bug.",
    ),
    "discriminate": (
        "sharpness",
        "Measure which mistakes the suite catches, in two ways.",
    ),
    "document": (
        "document",
        "Write a worked example of your own, and show the format of its file.",
    ),
    "errata": (
        "ledger",
        "Show every printed number and every claim of the lectures, with its verdict.",
    ),
    "experiment": (
        "experiments",
        "Run one of the lectures' experiments, and say whether its claim holds.",
    ),
    "grade": ("worksheets", "Mark filled-in answers, as `crosscheck worksheet` wrote the file."),
    "new": ("new", "Write a new framework: the package NAME, in the new folder DIR."),
    "read": ("read", "Read one definition in every framework, side by side."),
    "site": ("site", "Write pages to read beside the lecture notes into the new folder DIR."),
    "train": (
        "training_options",
        "Train a digit recogniser by several frameworks, and show that it is the same training.",
    ),
    "translate": (
        "conventions",
        "Write one framework's optimizer, schedule or training recipe as another's, with the "
        "proof.",
    ),
    "verify": ("verification", "Judge every framework and every document."),
    "worksheet": (
        "worksheets",
        "Write a worked example to fill in, with its answer sheet, into the new folder DIR.",
    ),
}

# The commands whose output has a language.
TRANSLATED = {"check", "errata", "grade", "verify", "worksheet"}


class Commands(click.Group):
    """The commands of `COMMANDS`, each of which is imported when it is asked for.

    They end without a traceback when they are interrupted or run out of room: the exit code is 130
    after an interrupt, and 2 after an error of the file system or a lack of memory.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"crosscheck.cli.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with whole sentences, where click cuts them; import none."""
        rows = [(name, sentence) for name, (_, sentence) in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def make_context(self, *arguments: Any, **rest: Any) -> click.Context:
        """Read the arguments; a message about them steers no terminal."""
        try:
            return super().make_context(*arguments, **rest)
        except click.ClickException as error:
            _word(error)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        interrupts.begin()
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            _word(error)
            raise
        except KeyboardInterrupt:  # where this runs in another program than `crosscheck`
            click.echo(f"\n{interrupts.message()}", err=True)
            interrupts.leave()
        except OSError as error:  # no permission, a name too long
            if error.errno in (EPIPE, ENOSPC) and not error.filename:
                leave_unwritten(error)
            what = f"cannot use {error.filename}: " if error.filename else ""
            raise click.UsageError(harmless(f"{what}{error.strerror or error}")) from None
        except MemoryError as error:
            raise click.UsageError(f"not enough memory: {error}") from None


def _word(error: click.ClickException) -> None:
    """Let a message be in the language of the command, and show nothing that steers a terminal."""
    message = error.message
    context = getattr(error, "ctx", None)
    if context is not None and context.command.name in TRANSLATED:
        from crosscheck.cli.options import language_of
        from crosscheck.report.languages import translated

        with suppress(click.ClickException):  # the language itself is unknown
            language = context.params.get("language") or language_of(context)
            message = message if language == "en" else translated(message)
    vars(error)["message"] = harmless(message)  # to which nothing may be assigned


def _language(context: click.Context, parameter: Any, language: str | None) -> str | None:
    if language is None:
        return None
    from crosscheck.cli.options import known_language

    return known_language(language)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="crosscheck")
@click.option(
    "--language",
    metavar="en|zh",
    callback=_language,
    help="The language of what check, errata, grade, verify and worksheet print, and of site.",
)
@click.pass_context
def main(context: click.Context, language: str | None) -> None:
    """Say whether a gradient is right and, where two programs disagree, which of them is wrong.

    `crosscheck` compares three implementations of one small neural network, and the numbers of five
    lectures, with exact values. Without a command it runs `crosscheck verify`. Exit codes: 0
    everything holds, 1 something is wrong, 2 bad usage, 130 interrupted.
    """
    open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.isatty():  # which shows what it can of formulas and of Chinese
            stream.reconfigure(errors="replace")
        else:  # in its own encoding a pipe on Windows could not take them
            stream.reconfigure(encoding="utf-8")
    if context.invoked_subcommand is None:
        from crosscheck.cli.options import language_of
        from crosscheck.cli.verification import verify

        context.invoke(verify, language=language_of(context))
