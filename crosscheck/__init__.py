"""Check gradients, optimizers and frameworks against exact values and derived error bounds.

    check                                   judge your file, class or object: network or optimizer
    check_gradients, check_optimizer        judge your function or optimizer, and explain an error
    diff                                    two sets of tensors: rounding, or a bug
    exact_pass, exact_steps                 exact values of your network or optimizer, with bounds
    compare, assert_within_bound            compare your arrays with exact values
    load_framework, verify, diagnose        judge packages that follow the contract, on every case
    matches_printed, ledger                 judge printed numbers; what the lectures get wrong
    judge_document                          judge your own worked example, number by number
    translate_optimizer                     write one framework's optimizer for another
    translate_schedule                      write one framework's learning-rate schedule for another
    translate_recipe                        write whole training recipes: chains, lines, clipping

These names are public; every module below is internal and may change. Python imports a module only
when you use a name from it, so `import crosscheck` imports no framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosscheck.conventions.optimizers.translating import translate_optimizer
    from crosscheck.conventions.optimizers.translation import Translation
    from crosscheck.conventions.recipes.translating import translate_recipe
    from crosscheck.conventions.recipes.translation import RecipeTranslation
    from crosscheck.conventions.schedules.translating import translate_schedule
    from crosscheck.conventions.schedules.translation import ScheduleTranslation
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.ledger import Ledger, ledger
    from crosscheck.documents.verdicts import Judged, judge_document, matches_printed
    from crosscheck.frameworks.adapters import NetworkAdapter, OptimizerAdapter
    from crosscheck.frameworks.registry import Framework, load_framework
    from crosscheck.frameworks.version import VERSION as __version__  # noqa: N811
    from crosscheck.numerics.comparison import Comparison
    from crosscheck.numerics.trees import Layer
    from crosscheck.verification.assertions import (
        Report,
        assert_within_bound,
        check_gradients,
        check_optimizer,
        compare,
    )
    from crosscheck.verification.checking.findings import CheckReport
    from crosscheck.verification.checking.identification import identify_optimizer
    from crosscheck.verification.checking.running import check
    from crosscheck.verification.diagnosis import Explanation, diagnose
    from crosscheck.verification.difference.diff import Difference, diff
    from crosscheck.verification.exact_values import (
        ExactPass,
        ExactSteps,
        ExactTensor,
        exact_pass,
        exact_steps,
    )
    from crosscheck.verification.result import Verification
    from crosscheck.verification.verify import verify

# Where each public name stands.
_MODULES = {
    "conventions.optimizers.translating": ("translate_optimizer",),
    "conventions.optimizers.translation": ("Translation",),
    "conventions.recipes.translating": ("translate_recipe",),
    "conventions.recipes.translation": ("RecipeTranslation",),
    "conventions.schedules.translating": ("translate_schedule",),
    "conventions.schedules.translation": ("ScheduleTranslation",),
    "documents.ledger": ("Ledger", "ledger"),
    "documents.faults": ("TranscriptionError",),
    "documents.verdicts": ("Judged", "judge_document", "matches_printed"),
    "frameworks.adapters": ("NetworkAdapter", "OptimizerAdapter"),
    "frameworks.registry": ("Framework", "load_framework"),
    "numerics.comparison": ("Comparison",),
    "numerics.trees": ("Layer",),
    "verification.assertions": (
        "Report",
        "assert_within_bound",
        "check_gradients",
        "check_optimizer",
        "compare",
    ),
    "verification.checking.findings": ("CheckReport",),
    "verification.checking.identification": ("identify_optimizer",),
    "verification.checking.running": ("check",),
    "verification.diagnosis": ("Explanation", "diagnose"),
    "verification.difference.diff": ("Difference", "diff"),
    "verification.exact_values": (
        "ExactPass",
        "ExactSteps",
        "ExactTensor",
        "exact_pass",
        "exact_steps",
    ),
    "verification.result": ("Verification",),
    "verification.verify": ("verify",),
}
_PLACES = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}

__all__ = [
    "CheckReport",
    "Comparison",
    "Difference",
    "ExactPass",
    "ExactSteps",
    "ExactTensor",
    "Explanation",
    "Framework",
    "Judged",
    "Layer",
    "Ledger",
    "NetworkAdapter",
    "OptimizerAdapter",
    "RecipeTranslation",
    "Report",
    "ScheduleTranslation",
    "TranscriptionError",
    "Translation",
    "Verification",
    "__version__",
    "assert_within_bound",
    "check",
    "check_gradients",
    "check_optimizer",
    "compare",
    "diagnose",
    "diff",
    "exact_pass",
    "exact_steps",
    "identify_optimizer",
    "judge_document",
    "ledger",
    "load_framework",
    "matches_printed",
    "translate_optimizer",
    "translate_recipe",
    "translate_schedule",
    "verify",
]


def __getattr__(name: str) -> Any:
    """A public name, imported from its module when it is first used."""
    if name == "__version__":
        return import_module(f"{__name__}.frameworks.version").VERSION
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
