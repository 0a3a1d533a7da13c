"""`crosscheck read`."""

from dataclasses import asdict

import click

from crosscheck.cli.output import JSON_OPTION, console_for, say, write_json


@click.command()
@click.argument("name")
@click.option(
    "--framework",
    "names",
    metavar="NAME",
    multiple=True,
    help="Read these frameworks; repeatable. [default: the three built in]",
)
@JSON_OPTION
def read(name: str, names: tuple[str, ...], json_path: str | None) -> None:
    """Read one definition in every framework, side by side.

    NAME is a module (gradients shows all its definitions, one after the other) or a definition in
    one (losses.softmax_cross_entropy, optimizers.adam; adam alone is enough). The command marks
    lines that differ in more than the namespace. If the terminal is too narrow for columns, the
    frameworks stand below each other. The command imports nothing, so it can show a framework that
    is not installed. Exit codes: 0 shown, 2 no such name.
    """
    from crosscheck.frameworks import reading
    from crosscheck.frameworks.registry import BUILT_IN, UnknownFrameworkError, registry
    from crosscheck.report.read import show_definitions, show_legend

    console = console_for(json_path)
    try:
        packages = {
            known: package
            for known, package in registry(names).items()
            if {known, package} & set(names or BUILT_IN)
        }
        parts = {
            part: dict(zip(packages, reading.find(part, list(packages.values())), strict=True))
            for part in reading.parts(name, list(packages.values()))
        }
    except (UnknownFrameworkError, reading.UnknownNameError) as error:
        raise click.UsageError(str(error)) from None
    definitions = {
        part: {framework: each for framework, each in of_part.items() if each is not None}
        for part, of_part in parts.items()
    }
    content = [
        {"framework": framework, **asdict(each)}
        for of_part in definitions.values()
        for framework, each in of_part.items()
    ]
    for part, of_part in definitions.items():
        show_definitions(console, of_part)
        for framework in parts[part].keys() - of_part.keys():
            say(f"{framework} has no {part}", err=True)
    show_legend(console)
    write_json(json_path, {"definitions": content})
