"""What every command shows, of small data that are made up or quick to compute.

Each function takes a console, and prints on it what the command prints.
"""

from functools import cache, partial

import numpy as np
from tensor_sets import difference

from crosscheck.conventions.findings import Finding as Statement
from crosscheck.conventions.optimizers.translation import Translation
from crosscheck.conventions.recipes.translation import RecipeTranslation
from crosscheck.documents.ledger import ledger
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.numerics.blindness import Sight
from crosscheck.numerics.bounds.library import Interval, intervals
from crosscheck.numerics.comparison import Comparison, Place
from crosscheck.numerics.trees import Layer
from crosscheck.report.bench import show as show_bench
from crosscheck.report.bounds import show_bounds
from crosscheck.report.check import show_report, show_table
from crosscheck.report.conventions import show_findings, show_translation
from crosscheck.report.diff import show_difference
from crosscheck.report.discrimination import show_conditions, show_discrimination
from crosscheck.report.errata import show_errata
from crosscheck.report.experiments import show_experiment
from crosscheck.report.families import show_judgement, show_scan, show_search
from crosscheck.report.recipes import show_recipe
from crosscheck.report.training import show as show_training
from crosscheck.report.verification import show_verification
from crosscheck.training.bench.growing import Growth
from crosscheck.training.bench.measuring import Timing
from crosscheck.training.bench.summary import summarise as summarise_bench
from crosscheck.training.bench.tasks import Task
from crosscheck.training.bench.variants import VARIANTS
from crosscheck.training.choices import NETWORK, SAMPLES
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.experiments.base import Experiment, ExperimentResult
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.snapshots import Snapshot
from crosscheck.training.runs.summary import summarise
from crosscheck.training.runs.training import Epoch, TrainingRun
from crosscheck.verification.calibration import Use
from crosscheck.verification.cases.stages import Stage
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.conditions.matrix import Cell
from crosscheck.verification.discrimination import PRINTED, Catch, Detection
from crosscheck.verification.ladder import Rung, RungStatus
from crosscheck.verification.measuring import Judgement, Measured
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.result import Outcome, Status, Verification
from crosscheck.verification.search import Finding, Result, Tally

NAMES = ("numpy", "torch", "jax", "autograd", "mlx", "python")
GROUPS = (PRINTED, "worked examples", "networks", "edges", "optimizers", "training", "refusals")
STAGES = [str(stage) for stage in Stage]
PATH = "/home/student/lectures/backpropagation/reference_mine/optimizers/first_moments.py"
WRONG = ("gradients", "torch")
SIGHT = Sight(1_234_567, 12_345, 2_345, 34_567, 456)
WORDS = " ".join(f"word{number} of {1 / (number + 7):.9f}" for number in range(12))


def compared(group, stage, framework, other="exact", size=0.46):
    place = Place(group, f"{group}-sigmoid_binary_cross_entropy-float32", stage, f"{stage}[1]")
    return Comparison(
        place, (framework, other), "[0].weight", (1, 2), -0.0287, -0.0575, (-0.0575, 0.0),
        size * 1e-16, 1e-16, 0.375 * size, entries=48_151,
    )  # fmt: skip


@cache
def ledgers():
    """Of the five documents, with one framework that computes the exact values and one not."""
    judged = {number: ledger(number).numbers for number in DOCUMENTS}
    values = {
        number: {
            name: {each.number.quantity: factor * float(each.exact) for each in of if each.exact}
            for name, factor in (("numpy", 1), ("mine", 1.25))
        }
        for number, of in judged.items()
    }
    return [ledger(number, values[number]) for number in DOCUMENTS]


def verification():
    """One framework verified, one wrong, one unfinished, with everything that can be said."""
    wrong = Status("2.11.0+cpu", Outcome.WRONG, [f"{PATH}:117: {WORDS}"], printed_lines=1_234)
    wrong.not_supported = {f"no float16 in {PATH}": ["edges-gelu-float16", "edges-relu-float16"]}
    wrong.known_failures = {f"see {PATH}:98": ["networks-softmax-float32"]}
    wrong.printed, wrong.warnings = ["step 1 of 20"], [f"{PATH}:12: overflow in exp(710.5)"]
    rungs = [
        Rung("activations.sigmoid", RungStatus.DONE),
        Rung("losses.squared_error", RungStatus.NOT_WRITTEN, f"{PATH}:41: NotImplementedError"),
        Rung("optimizers.adam", RungStatus.WAITS, "for losses.squared_error"),
        Rung("optimizers.lion", RungStatus.NOT_SUPPORTED, f"as {PATH}:9 declares"),
    ]
    statuses = dict.fromkeys(NAMES, Status("1.2.3", Outcome.VERIFIED)) | {
        "torch": wrong,
        "mine": Status("0.1", Outcome.UNFINISHED, ladder=rungs),
        "other": Status("3", Outcome.OTHER_CONTRACT, [WORDS]),
        "absent": Status(None, Outcome.NOT_INSTALLED, ["No module named 'absent'"]),
    }
    comparisons = [
        compared(
            group, stage, name, size=6.28e15 if (stage, name) == ("gradients", "torch") else 0.4
        )
        for group in GROUPS[:3]
        for stage in STAGES[:4]
        for name in NAMES
    ]
    comparisons.append(compared("networks", "gradients", "numpy", "torch", 6.28e15))
    kinks = {"edges-sigmoid_binary_cross_entropy-float32": ((0, 1, 2),)}
    return Verification(statuses, comparisons, [f"a problem: {WORDS}"], kinks, ("skipped 1",))


def discrimination():
    margins = (None, 2.97e17, 78_500.0, 12.5)
    return [
        Detection(
            mistake,
            {
                group: Catch(STAGES[column % 7], margins[(row + column) % 4])
                if (row + column) % 3
                else None
                for column, group in enumerate(GROUPS)
            },
        )
        for row, mistake in enumerate(catalogue()[:20])
    ]


def conditions():
    return [
        Cell("mlp.forward", "layers: 3", True, by="tanh-squared_error-float64"),
        Cell("training.train", "layers: wider than 64", True),
        Cell("activations.tanh", "value: subnormal", True, excused="the bound is larger"),
    ]


def check_report():
    lines = [
        Line("activations of layer 1", Verdict.RIGHT, "0.46 of its bound", 0.46),
        Line("gradient of weights 1", Verdict.FACTOR, f"0.5 times; {WORDS}"),
        Line("gradient of weights 2", Verdict.WRONG, WORDS, 6e15, (f"halved: {WORDS}", "b: 2")),
    ]
    return CheckReport(
        f"{PATH}:Network", "network", f"a network 3-2-1; {WORDS}", lines,
        conventions=[WORDS], advice=[f"look at {PATH}:17"],
        worked=[f"z = 0.4 * 0.7106 + 0.25 * 0.1148 = 0.3129 = {WORDS}"], printed=["loss 0.1689"],
        others=[CheckReport(f"{PATH}:{name}", "function", WORDS, part, conventions=[WORDS][:said])
                for name, part, said in (("Adam", lines[2:], 0), ("relu", lines[:1], 0),
                                         ("tanh", lines[:1], 1))],
    )  # fmt: skip


def statements():
    return [
        Statement(
            kind, framework, f"a.b.c.{framework.title()}(centered=True, momentum=0.9)",
            "lr=0.01, weight_decay=0.1", f"equal to `rmsprop(0.01, eps=1e-8)`; {WORDS}",
            difference, 0.0, 1e-12, problem=problem, missing=missing,
        )
        for kind in ("optimizer", "loss", "activation")
        for framework, difference, problem, missing in (
            ("torch", 2.2e-16, None, None),
            ("optax", 3.5, None, None),
            ("tensorflow", None, "ValueError: 7", None),
            ("sklearn", None, None, "sklearn"),
        )
    ]  # fmt: skip


def translation(equal):
    return Translation(
        "torch.optim.Adam(lr=0.01)", "torch",
        "adam(learning_rate=0.01, b1=0.9, b2=0.999, eps=1e-08, bias_correction=True)",
        "optax.adam(learning_rate=0.01, b1=0.9, b2=0.999, eps=1e-08, eps_root=0.0, nesterov=True)",
        "optax", {} if equal else {"eps": (1e-8, 0.0)}, provisos=(WORDS,), difference=2.2e-16,
        by_magnitude={1e-6: 1e-17, 100.0: 3e-16}, bound=1.5e-14, within_bound=True,
        zeros_agree=True,
    )  # fmt: skip


def recipe(equal):
    chain = (
        "optax.chain(\n    optax.clip_by_global_norm(1.0),\n    optax.adam(learning_rate=0.01),\n)"
    )
    return RecipeTranslation(
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.01)", "torch",
        "clipped(adam(learning_rate=0.01), max_norm=1.0, eps=1e-06)",
        "from reference_numpy.optimizers import adam, clipped\n\noptimizer = clipped(adam())",
        "batch_size=4 * micro_batch, micro_batch_size=micro_batch", f"optimizer = {chain}", "optax",
        {} if equal else {"clipping": ("max_norm=1.0, eps=1e-06", "max_norm=1.0")}, (WORDS,),
        difference=2.2e-16, by_magnitude={1e-6: 1e-17, 100.0: 3e-16}, bound=1.5e-14,
        within_bound=equal, as_rate_changes=equal, updates=24,
    )  # fmt: skip


def training():
    labels = np.array([0, 1, 2, 9])
    split = Split(np.zeros((4, 64)), labels)
    runs = [
        TrainingRun(
            name,
            [Epoch(index, 0.5 / (index + 1), 0.25, 0.5, 0.0123) for index in range(4)],
            {
                index: Snapshot((Layer(np.array([[1.5 + shift]]), np.zeros(1)),), index, {})
                for index in range(5)
            },
            labels,
            "max_epochs",
        )
        for name, shift in (("numpy", 0.0), ("torch", 2.0**-50))
    ]
    return summarise(Configuration(), Dataset("digits", split, split), runs, None)


def benchmark():
    task = Task(SAMPLES, 32, NETWORK, "float32", "sgd")
    timings = [
        Timing(task, each, () if index % 5 == 4 else (0.1563 * (index + 1),) * 3)
        for index, each in enumerate(VARIANTS)
    ]
    growths = [Growth("numpy", "width", (16, 32, 64, 128, 256), (1.0, 2.0, 4.0, 9.0, 20.0))]
    return summarise_bench(timings, growths)


def search():
    tallies = [
        Tally(name, kind, family, 1_234, 12, 3, 4, 0.87, f"{kind}/{family}/1/117", SIGHT)
        for name in NAMES
        for kind, family in (("network", "saturated"), ("history", "subnormal"))
    ]
    found = Finding("torch", "network/saturated/1/117", f"exceeds: {WORDS}", 3, 1.25)
    return Result(1, tallies, [found])


def judgement():
    worst = compared("networks", "gradients", "torch")
    measured = (
        Measured("gradients", "grads[1].weight", worst, None, SIGHT),
        Measured("update", "params[0].bias", None, WORDS, SIGHT),
    )
    return Judgement("torch", "network/saturated/1/117", None, f"raised: {WORDS}", measured)


def bounds(console):
    uses = [Use(name, f"network {index}", "grads", 0.46) for index, name in enumerate(NAMES)]
    components = {f"{name}: loss, float32": uses[0] for name in (*ACTIVATIONS, *LOSSES)}
    counts = {name: [117, 1_234, 345, *(0,) * 8] for name in NAMES[:3]}
    show_bounds(console, uses, components, counts, SIGHT, [f"a problem: {WORDS}"])


def experiment(console):
    made_up = Experiment(f"A claim: {WORDS}", "document 001, 批大小的影响", None, None, 1)
    show_experiment(console, made_up, ExperimentResult(False, f"found:\n{WORDS}", {}, {}))


def scan(console):
    stored = intervals("erfc", "float32")
    found = [
        Interval("erfc", "float32", each.low, each.high, 3.75, -26.61825, "numpy")
        for each in stored
    ]
    show_scan(console, found, [f"erfc: {WORDS}"])


# By the command and, where it has several, the way of using it.
OUTPUTS = {
    "verify": lambda console: show_verification(console, verification(), ledgers()),
    "verify --all": lambda console: show_verification(console, verification(), ledgers(), True),
    "errata --document 001": lambda console: show_errata(console, ledgers()[1:2], False),
    **{
        f"errata --all --document {number}": partial(
            lambda console, index: show_errata(console, ledgers()[index : index + 1], True),
            index=index,
        )
        for index, number in enumerate(DOCUMENTS)
    },
    "diff": lambda console: show_difference(console, difference()),
    "discriminate": lambda console: show_discrimination(console, discrimination()),
    "discriminate --condition": lambda console: show_conditions(console, conditions()),
    "check": lambda console: show_report(console, check_report()),
    "check, many files": lambda console: show_table(console, [check_report()] * 3),
    "conventions": lambda console: show_findings(console, statements(), {}),
    "translate": lambda console: show_translation(console, translation(True)),
    "translate, a recipe": lambda console: show_recipe(console, recipe(True)),
    "translate, no recipe is equal": lambda console: show_recipe(console, recipe(False)),
    "translate, nothing equal": lambda console: show_translation(console, translation(False)),
    "train": lambda console: show_training(console, training()),
    "bench": lambda console: show_bench(console, benchmark()),
    "bounds": bounds,
    "bounds --families": lambda console: show_search(console, search()),
    "bounds --case": lambda console: show_judgement(console, judgement()),
    "bounds --scan": scan,
    "experiment": experiment,
}
