"""`crosscheck conventions` and `crosscheck translate`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, say, write_json
from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.names import NAMES
from crosscheck.frameworks.regular_files import read_regular

if TYPE_CHECKING:
    from crosscheck.conventions.findings import Finding

# The conventions list these with another optimizer, of which they are a special case.
ALIASES = {"sgd": "momentum", "adamw": "adam", "amsgrad": "adam"}
# Of `translate`, by whether the two are equal.
EXIT_CODES = {True: 0, False: 1, None: 3}


@click.command()
@click.option(
    "--optimizer",
    metavar="NAME",
    type=click.Choice([*NAMES, *ALIASES]),
    help="Only this one of the optimizers, and nothing else.",
)
@click.option(
    "--framework",
    "names",
    metavar="NAME",
    multiple=True,
    type=click.Choice(list(stock.FRAMEWORKS)),
    help=f"Only this one; repeatable. Known: {', '.join(stock.FRAMEWORKS)}.",
)
@click.option("--markdown", is_flag=True, help="Write the page of the docs instead of tables.")
@click.option(
    "--record",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help="Write what comes of each framework to NAME.json in this folder.",
)
@JSON_OPTION
def conventions(
    optimizer: str | None,
    names: tuple[str, ...],
    markdown: bool,
    folder: Path | None,
    json_path: str | None,
) -> None:
    """Show how stock optimizers, schedules and losses relate to the references.

    The tables have activations and initialisers too. Each line is a statement that the command runs
    now, if the framework is installed: it equals the reference with these keywords, or differs by
    so much for this reason. Exit codes: 0 all statements that could be tried hold, 1 one does not,
    2 bad usage.

    For some frameworks that are not installed the page has recorded results, with the date.
    """
    from crosscheck.conventions import everything
    from crosscheck.conventions.optimizers.translating import translate_defaults
    from crosscheck.conventions.page import page, with_records
    from crosscheck.conventions.records import current_records
    from crosscheck.report.conventions import show_findings

    console = console_for(json_path)
    frameworks = names or tuple(stock.FRAMEWORKS)
    only = ALIASES.get(optimizer, optimizer) if optimizer else None
    if folder and optimizer:
        raise click.UsageError("a record has every statement: leave --optimizer out")
    installed = [name for name in frameworks if stock.FRAMEWORKS[name].missing is None]
    with progress_bar(len(installed), between=0) as advance:
        findings = everything.findings(frameworks, only, advance)
    if not findings:
        raise click.UsageError(f"nothing is stated about {optimizer} in {', '.join(frameworks)}")
    holds = all(finding.holds is not False for finding in findings)
    if folder:
        _record(installed, findings, folder)
    records = {} if only else current_records(frameworks)
    if markdown:
        translations = translate_defaults(frameworks, only)
        text = page(*with_records(findings, translations, records), records)
        say(text, nl=False, err=json_path == "-")
    else:
        show_findings(console, findings, records)
    write_json(json_path, everything.as_json(findings, frameworks) | {"holds": holds})
    sys.exit(0 if holds else 1)


def _record(names: list[str], findings: "list[Finding]", folder: Path) -> None:
    """Write the record of each of some frameworks that are installed."""
    from crosscheck.conventions.optimizers.translating import translate_defaults
    from crosscheck.conventions.records import record, write

    for name in names:
        own = [finding for finding in findings if finding.framework == name]
        path = write(record(name, own, translate_defaults(involving=name)), folder)
        say(f"recorded: {path}", err=True)


@click.command()
@click.argument("call")
@click.option(
    "--to",
    metavar="FRAMEWORK",
    required=True,
    type=click.Choice([*stock.FRAMEWORKS, *stock.ALIASES], case_sensitive=False),
    help=f"Into which: {', '.join([*stock.FRAMEWORKS, *stock.ALIASES])}.",
)
@click.option(
    "--base-rate",
    metavar="RATE",
    type=click.FloatRange(min=0, min_open=True),
    help="The optimizer's rate, which a schedule of PyTorch multiplies; 1 if not given.",
)
@click.option(
    "--samples",
    metavar="N",
    type=click.IntRange(min=1),
    help="How many samples an estimator of scikit-learn is trained on.",
)
@JSON_OPTION
def translate(
    call: str, to: str, base_rate: float | None, samples: int | None, json_path: str | None
) -> None:
    """Write one framework's optimizer, schedule or training recipe as another's, with the proof.

    Copy CALL from your program: the call of an optimizer,
    "torch.optim.RMSprop(lr=0.01, momentum=0.9)", or of a learning-rate schedule,
    "optax.cosine_decay_schedule(0.1, 100)"; or a recipe: optax.chain(...) and MultiSteps, an
    optimizer of Keras with clipnorm, a schedule or gradient_accumulation_steps, or the lines of
    PyTorch with groups of parameters, clip_grad_norm_, a scheduler and accumulation. CALL may also
    be the path of a Python file, or a hyphen for standard input. The command parses the text and
    never evaluates it. It reads recipes of PyTorch, optax, Keras and PaddlePaddle, and writes them
    for the first three.

    For MLPClassifier and MLPRegressor of scikit-learn it writes the optimizer, its decay and the
    loss, and trains both.

    The proof: both optimizers make twelve steps, and both recipes 24 updates, with the same
    gradients, from 1e-6 to 100 and 0, at one learning rate and at one that changes; both schedules
    run past their ends. Below the answer stands under which conditions the two are equal. Exit
    codes: 0 they are equal, 1 nothing is equal (the command shows the nearest), 2 bad usage, or a
    call that its own framework refuses, 3 they should be equal but could not be run.
    """
    from crosscheck.conventions.estimators.estimator import is_estimator
    from crosscheck.conventions.estimators.translating import translate_estimator
    from crosscheck.conventions.optimizers.parsing import CallError
    from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
    from crosscheck.conventions.optimizers.translation import Translation
    from crosscheck.conventions.recipes.dispatch import is_recipe, translate_text
    from crosscheck.conventions.recipes.recipe import RecipeError
    from crosscheck.conventions.schedules.reading import is_schedule
    from crosscheck.conventions.schedules.translating import translate_schedule
    from crosscheck.report.conventions import show_estimator, show_translation
    from crosscheck.report.recipes import show_recipe
    from crosscheck.report.schedules import show_schedule_translation

    console = console_for(json_path)
    text = _text_of(call)
    try:
        if is_estimator(text):
            estimator = translate_estimator(text, to=to, samples=samples)
            show_estimator(console, estimator)
            write_json(json_path, estimator.as_json())
            sys.exit(EXIT_CODES[estimator.equal])
        if samples is not None:
            raise click.UsageError("--samples is of MLPClassifier and MLPRegressor alone")
        if is_schedule(text) and not is_recipe(text):
            schedule = translate_schedule(text, to=to, base_rate=base_rate)
            show_schedule_translation(console, schedule)
            write_json(json_path, schedule.as_json())
            sys.exit(EXIT_CODES[schedule.equal])
        if base_rate is not None:
            raise click.UsageError("--base-rate is of a learning-rate schedule alone")
        translation = translate_text(text, to=to)
    except (CallError, ArgumentError, RecipeError) as error:
        raise click.UsageError(str(error)) from None
    except RecursionError:
        raise click.UsageError("CALL is nested too deeply") from None
    if isinstance(translation, Translation):
        show_translation(console, translation)
    else:
        show_recipe(console, translation)
    write_json(json_path, translation.as_json())
    sys.exit(EXIT_CODES[translation.equal])


def _text_of(call: str) -> str:
    """The text that is to be translated: of the standard input, of a file, or as it is given."""
    if call != "-" and (not call.endswith(".py") or "\n" in call):
        return call
    try:
        return sys.stdin.read() if call == "-" else read_regular(Path(call)).decode("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{call} is no text in UTF-8") from None
