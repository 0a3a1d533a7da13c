"""`crosscheck diff`: two sets of tensors of one network."""

import sys

import click

from crosscheck.cli.output import JSON_OPTION, console_for, write_json

# What the shell gets: rounding, a bug, bad usage (click's), and what the bounds do not decide.
ROUNDING, BUG, CANNOT_TELL = 0, 1, 3
DTYPES = ("float64", "float32", "float16", "bfloat16")


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--network",
    metavar="FILE",
    required=True,
    help="The network: a TOML file whose [network] has activations and loss.",
)
@click.option(
    "--inputs",
    metavar="FILE",
    required=True,
    help="Where both began: inputs, targets, params.0.weight, params.0.bias ...",
)
@click.option(
    "--map",
    "names",
    metavar="NAME=THEIRS",
    multiple=True,
    help="What a tensor is called in your files, as grad.0.weight=dense/kernel.T, where .T says "
    "that it is transposed there; or a JSON file of such names; repeatable.",
)
@click.option(
    "--dtype-a",
    type=click.Choice(DTYPES),
    help="In what A was computed, where it was stored in a finer dtype.",
)
@click.option("--dtype-b", type=click.Choice(DTYPES), help="The same of B.")
@JSON_OPTION
def diff(
    a: str,
    b: str,
    network: str,
    inputs: str,
    names: tuple[str, ...],
    dtype_a: str | None,
    dtype_b: str | None,
    json_path: str | None,
) -> None:
    """Say whether two sets of tensors of one network differ by rounding, or by a bug.

    A and B are safetensors files of two frameworks, or of two versions of one program. Their
    tensors are z1, a1, z2, a2 ..., loss, delta2, delta1 (the derivatives with respect to z),
    grad.0.weight, grad.0.bias ...; each may lack some. Both are compared with the exact values
    first, and then with each other. The first tensor that rounding does not explain is named, and
    the known mistake that gives all the wrong ones.

    \b
        crosscheck diff torch.safetensors jax.safetensors \\
            --network network.toml --inputs start.safetensors

    How the files are written: docs/diff.md.

    Exit codes: 0 rounding, 1 a bug, 2 bad usage, 3 the bounds are too wide to tell.
    """
    from crosscheck.report.diff import show_difference
    from crosscheck.verification.difference.diff import diff as compute
    from crosscheck.verification.difference.judging import Verdict

    console = console_for(json_path)
    try:
        found = compute(a, b, network, inputs, names=names, dtype_a=dtype_a, dtype_b=dtype_b)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    show_difference(console, found)
    write_json(json_path, found.as_json())
    codes = {Verdict.BUG: BUG, Verdict.CANNOT_TELL: CANNOT_TELL}
    sys.exit(codes.get(found.verdict, ROUNDING))
