"""The page about conventions in Markdown: every statement, and what was measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.long_runs import DEFAULT, DOUBLE, SWITCHED
from crosscheck.conventions.optimizers.stock_optimizer import REQUIRED, StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.translation import Translation
from crosscheck.conventions.optimizers.trials import IGNORED
from crosscheck.conventions.records import Record
from crosscheck.conventions.schedules.page import schedules_section

# Keras's optimizers are the same on every backend: the page shows those of one.
OTHER_KERAS = "keras-torch"
TITLES = {
    "loss": "Losses",
    "activation": "Activations",
    "initializer": "Initialisers",
    "estimator": "Networks of scikit-learn",
}
HEAD = """# How stock optimizers, schedules, losses and activations relate to the references

    crosscheck conventions
    crosscheck conventions --optimizer adam --framework optax
    crosscheck translate "torch.optim.RMSprop(lr=0.01, momentum=0.9)" --to optax

Every line below is a statement that is executed where the framework is installed; this page is what
`crosscheck conventions --markdown` wrote. PaddlePaddle, TensorFlow and tinygrad are run by
themselves, and their lines are what was recorded then. Optimizers make twelve steps in float64 with
gradients of several sizes, at their defaults and under values that show what defaults hide (a large
eps, short memories, a learning rate that changes), and must stay within the derived bound of the
exact trajectory of the reference with the keywords given. `decayed(optimizer, rate, weight_decay)`
is the references' weight decay. What a framework rounds to float32 is rounded in the reference,
too.

A row with an argument behind its name, as `optax.adam(nesterov=True)`, is what the same function
computes with it. "Climbing" is the reference with every gradient's sign turned: `maximize=True` in
PyTorch, and `optax.adadelta()` without a learning rate.

    crosscheck translate "optimizer = optim.Adam(model.parameters(), lr=1e-3)" --to optax
    crosscheck translate "optax.rmsprop(0.01)" --to pytorch

`translate` reads a call as it stands in a program. It looks for equal calls under every name: Adam
without a first moment is RMSprop with its bias corrected, `optax.signum` is Lion with one beta.
Both are run with gradients from 1e-6 to 100, with zeros, at one learning rate and at one that
changes; where nothing is equal, the eps is the one that comes nearest over all these magnitudes,
and the difference is given at each. A call that its own framework refuses is invalid. Where a decay
has no argument, the advice below the answer says how to add it. Between PyTorch, optax and Keras it
is then written as a chain or as lines, if these are equal. `LBFGS`, `Muon`, `Adafactor`,
`Rprop`, `ASGD`, `Lamb` and others are known and related to nothing, each with its reason.

It reads and writes learning-rate schedules, too: [schedules.md](schedules.md); and whole training
recipes, with clipping, decays that spare biases and accumulation: [recipes.md](recipes.md).

    crosscheck translate "MLPClassifier(solver='sgd', alpha=0.001)" --to torch --samples 1000

A network of scikit-learn is an optimizer, a decay and a loss at once. Its decay is alpha W by the
samples of the batch, in the gradient of the weights alone: it depends on the batch size, which
`batch_size="auto"` takes from the samples, and on the shorter last batch of an epoch. The answer is
code for PyTorch, optax or Keras, which trains a small network beside the estimator; L-BFGS and
`learning_rate="adaptive"` are refused with the reason. The loss that `MLPRegressor` reports is a
mean over its outputs, the gradient is that of their sum.

`crosscheck.conventions.states` moves what an optimizer carries along between the references,
torch.optim, optax, Keras and MLX: of trees of layers, lists and dicts, with and without biases,
also of transformations that are wrapped (`inject_hyperparams`, `masked`, `MultiSteps`,
`apply_if_finite`). It moves nothing between optimizers that are not equal, rounds nothing unless it
is told to, and says what would be lost. Of Adagrad, AMSGrad and NAdam it asks for both calls, since
what their moments mean depends on their arguments; into Keras and MLX it always asks what made the
state. Keras has the learning rate inside every velocity and its kernels are (in, out), which are
transposed; MLX has the rate outside. The rate itself is not moved: MLX keeps it as a float32
number, and Keras in its floatx.

`crosscheck.conventions.weighting` writes class weights (`weigh_classes`, `weigh_positives`,
`balanced_class_weights`), ignored labels and smoothed ones (`smooth_labels`,
`smooth_binary_labels`) as targets and weights of samples, with what their sum is divided by:
PyTorch divides by the weights of labels and by the number of samples of probabilities, Keras always
by the number. Weighted losses are among the losses below."""


def with_records(
    findings: Sequence[Finding],
    translations: Sequence[Translation],
    records: Mapping[str, Record],
) -> tuple[list[Finding], list[Translation]]:
    """The findings and translations, with the recorded ones of frameworks that are not installed.

    Args:
        findings: What came of every statement.
        translations: Of the optimizers at their defaults.
        records: By the name of the framework, of those that are not installed.
    """
    order = {each.name: place for place, each in enumerate(STOCK_OPTIMIZERS)}
    frameworks = dict.fromkeys(finding.framework for finding in findings)
    found = [
        finding
        for name in frameworks
        for finding in (
            records[name].findings
            if name in records
            else [each for each in findings if each.framework == name]
        )
    ]
    pairs = [*translations, *(each for kept in records.values() for each in kept.translations)]
    return found, sorted(pairs, key=lambda each: order[each.source.partition("(")[0]])


def page(
    findings: Sequence[Finding],
    translations: Sequence[Translation],
    records: Mapping[str, Record],
) -> str:
    """The whole page.

    Args:
        findings: What came of every statement.
        translations: Of the optimizers at their defaults.
        records: The records from which some of these are, by the name of the framework.
    """
    parts = [HEAD, *_versions(findings, records), *_optimizers(findings), *_long_runs(findings)]
    parts += _translations(translations)
    parts += schedules_section(findings)
    for kind, title in TITLES.items():
        chosen = [finding for finding in findings if finding.kind == kind]
        if chosen:
            parts += [f"## {title}", "", *_functions(chosen), ""]
    return "\n".join(parts) + "\n"


def _versions(findings: Sequence[Finding], records: Mapping[str, Record]) -> Iterator[str]:
    yield ""
    tried = dict.fromkeys(f.framework for f in findings if f.missing is None)
    installed = [name for name in tried if name not in records]
    names = [
        f"{stock.FRAMEWORKS[name].title} {stock.FRAMEWORKS[name].version}" for name in installed
    ]
    yield f"Run with {', '.join(names)}."
    if records:
        kept = [
            f"{stock.FRAMEWORKS[name].title} {each.version} ({each.date})"
            for name, each in records.items()
        ]
        yield f"Recorded when each was run by itself: {', '.join(kept)}."
    absent = dict.fromkeys(f.framework for f in findings if f.missing is not None)
    if absent:
        names = [stock.FRAMEWORKS[name].title for name in absent]
        yield f"Stated and not installed when this was written: {', '.join(names)}."
    yield ""


def _optimizers(findings: Sequence[Finding]) -> Iterator[str]:
    yield "## Optimizers"
    yield ""
    shown = [each for each in STOCK_OPTIMIZERS if each.framework != OTHER_KERAS]
    for optimizer in dict.fromkeys(each.optimizer for each in STOCK_OPTIMIZERS):
        alike = [each for each in shown if each.optimizer == optimizer]
        rows = [row for each in alike for row in _optimizer_rows(each, findings)]
        if not rows:
            continue
        yield f"### {optimizer}"
        yield ""
        yield "| stock | its defaults | at these it | by (allowed) | elsewhere |"
        yield "|---|---|---|---|---|"
        yield from rows
        yield ""


def _is_about(finding: Finding, optimizer: StockOptimizer) -> bool:
    place = ("optimizer", optimizer.framework, optimizer.label)
    return (finding.kind, finding.framework, finding.component) == place


def _optimizer_rows(optimizer: StockOptimizer, findings: Sequence[Finding]) -> Iterator[str]:
    """The row of an optimizer, if there are findings about it."""
    own = [finding for finding in findings if _is_about(finding, optimizer)]
    if not own:
        return
    defaults = ", ".join(
        f"{a.name}" if a.default is REQUIRED else f"{a.name}={a.default!r}"
        for a in optimizer.arguments
        if a.keyword is not None
    )
    first, *rest = own
    yield (
        f"| `{optimizer.label}` | `{defaults}` | {_code(first.statement)} | {_measured(first)} "
        f"| {_elsewhere(rest)} |"
    )


def _measured(finding: Finding) -> str:
    if finding.difference is None:
        return "not installed" if finding.missing else "fails"
    mark = "" if finding.holds else " **does not hold**"
    return f"{finding.difference:.1e} ({finding.most:.1e}){mark}"


def _elsewhere(findings: Sequence[Finding]) -> str:
    """How many statements hold under the probes, and where a deviation is known, its size."""
    probes = [f for f in findings if f.probe != "signature"]
    if not probes:
        return "-"
    holding = sum(f.holds is True for f in probes)
    deviations = {f"{f.probe}: {f.difference:.1e}" for f in probes if f.least and f.difference}
    ignored = [f.probe for f in probes if f.probe.endswith(IGNORED)]
    return "; ".join([f"{holding} of {len(probes)} hold", *sorted(deviations), *ignored])


def _code(statement: str) -> str:
    """A statement with its call in code: "equals adam(...)" or "differs by ... from adam(...)"."""
    before, word, rest = statement.partition(" from " if " from " in statement else " ")
    ends = (at for at, char in enumerate(rest, 1) if char == ")")
    end = next(at for at in ends if rest[:at].count("(") == rest[:at].count(")"))
    return f"{before}{word}`{rest[:end]}`{rest[end:]}"


def _long_runs(findings: Sequence[Finding]) -> Iterator[str]:
    own = [finding for finding in findings if finding.kind == "long run"]
    if not own:
        return
    yield "## Two hundred steps"
    yield ""
    yield "The fraction of its derived bound that each optimizer uses at its defaults. One that"
    yield "uses more than 1 is neither mistaken nor as exact as its arrays allow: it computes in"
    yield "float32 what depends on the count of steps. JAX computes all of that so, unless"
    yield "`jax_enable_x64` is set; with it, the same float32 arrays stay within their bounds."
    yield ""
    modes = (DOUBLE.name, SWITCHED.name, DEFAULT.name)
    yield f"| stock | {' | '.join(modes)} | why more than 1 |"
    yield "|---|---|---|---|---|"
    for name in dict.fromkeys(finding.component for finding in own):
        of_mode = {finding.probe: finding for finding in own if finding.component == name}
        cells = [_used(of_mode.get(mode)) for mode in modes]
        reasons = dict.fromkeys(f.statement.partition(": ")[2] for f in of_mode.values())
        why = "; ".join(reason for reason in reasons if reason)
        yield f"| `{name}` | {' | '.join(cells)} | {why} |"
    yield ""


def _used(finding: Finding | None) -> str:
    if finding is None:
        return "-"
    if finding.difference is None:
        return "not installed" if finding.missing else "fails"
    return f"{finding.difference:.2g}" + ("" if finding.holds else " **does not hold**")


def _translations(translations: Iterable[Translation]) -> Iterator[str]:
    yield "## Pairs that can be made equal"
    yield ""
    yield "Each optimizer at its defaults, or with an eps of 0 where only that can be equal, and"
    yield "the arguments that make another framework's equal it: run with gradients from 1e-6 to"
    yield "100, and with zeros, and equal to rounding at one learning rate. Of other arguments"
    yield "`crosscheck translate` tells, and why nothing is equal where that is so."
    yield ""
    yield "| this | is this | largest difference | but |"
    yield "|---|---|---|---|"
    shown = set()
    for each in translations:
        names = tuple(call.partition("(")[0] for call in (each.source, each.target))
        frameworks = (each.source_framework, each.target_framework)
        if each.equal and OTHER_KERAS not in frameworks and names not in shown:
            shown.add(names)
            provisos = "; ".join(each.provisos)
            yield f"| `{each.source}` | `{each.target}` | {each.difference:.1e} | {provisos} |"
    yield ""


def _functions(findings: Sequence[Finding]) -> Iterator[str]:
    yield "| framework | component | at | statement | measured (allowed) |"
    yield "|---|---|---|---|---|"
    for f in findings:
        measured = "not installed"
        if f.missing is None:
            allowed = f"{f.least:.3g} to {f.most:.3g}" if f.least else f"{f.most:.1e}"
            value = "-" if f.difference is None else f"{f.difference:.3g}"
            measured = f"{value} ({allowed})" + ("" if f.holds else " **does not hold**")
        cells = (stock.FRAMEWORKS[f.framework].title, f"`{f.component}`", f.probe, f.statement)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, measured)) + " |"
