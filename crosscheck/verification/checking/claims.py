"""What an optimizer's own name claims: a class that is called AdamW is no Adam with a penalty."""

import re
from collections.abc import Iterator

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.frameworks.understanding.optimizer_names import plain

# Rules that are none of the references': what is called so is not understood, and not wrong.
OTHER_RULES = (
    *("adabelief", "adabound", "adafactor", "adahessian", "adan", "amos", "asgd", "ftrl", "lamb"),
    *("lars", "lbfgs", "lookahead", "muon", "novograd", "qhadam", "ranger", "rprop", "shampoo"),
    *("signsgd", "signum", "sm3", "sophia", "yogi", "diffgrad", "padam", "nero", "prodigy", "qhm"),
    *("adamod", "apollo", "madgrad", "dadapt", "schedulefree"),
)
# Of this rule several forms are published: its momentum may follow a schedule, and be corrected by
# its own step or by the next one.
SEVERAL_FORMS = "nadam"
# Words in a name that say nothing of its rule.
_PLAIN = (
    "accelerated|apply|base|basic|batch|by|class|config|custom|from|func|function|fn|functional|"
    "gradients?|impl|in|jax|manual|mini|my|naive|np|numpy|of|optim|optimi[sz]ers?|own|"
    "param(eter)?s?|py|plain|python|pytorch|rule|scratch|simple|step|stochastic|the|torch|"
    "updater?|using|v|vanilla|weights?|with"
)
_OF_RULES = (
    "adagrad|rmsprop|adadelta|adamax|adamw|nadam|radam|amsgrad|ams|adam|lion|nesterov|nag|"
    "momentum|sgd|gradientdescent|descent|gd"
)
_NAME = re.compile(rf"(?:{_OF_RULES}|{_PLAIN}|\d)*")
# Names that stand for one rule; the first that is found counts, so that NAdam is no Adam.
RULES = ("adagrad", "rmsprop", "adadelta", "adamax", "nadam", "radam", "adam")


def is_another_rule(called: str) -> bool:
    """Whether a name says that an optimizer is none of the references, or more than one of them.

    `AdaBelief` is another rule, and `AdamWithWarmup` and `ProximalSGD` are more than theirs;
    `MyAdam`, `update_parameters_with_momentum` and `Helper` are not.
    """
    name = plain(called)
    if any(other in name for other in OTHER_RULES):
        return True
    return re.search(_OF_RULES, name) is not None and _NAME.fullmatch(name) is None


def may_be_meant(called: str, spec: Spec) -> bool:
    """Whether the name of an optimizer that is another rule claims a reference all the same.

    `AdamWithWarmup` may be a mistaken Adam; `SignSGD` is no mistaken Lion, and Yogi no Adam.
    """
    name = plain(called)
    if any(other in name for other in OTHER_RULES):
        return False
    descends = re.search("gd|descent|momentum|nesterov|nag", name) is not None
    return spec.optimizer in name or (descends and spec.optimizer in ("sgd", "momentum"))


def broken_claims(called: str, spec: Spec) -> Iterator[str]:
    """Where an optimizer is another than it is called, as sentences.

    Args:
        called: The name of its class or function.
        spec: The reference that it is.
    """
    name = plain(called)
    if any(other in name for other in OTHER_RULES):
        return
    if spec.optimizer == "lion" and "sign" not in name:
        if re.search("gd|descent|momentum|nesterov", name):
            yield f"it is called {called}, and goes by signs alone"
        elif "lion" in name and not spec.keywords["b1"]:
            yield f"it is called {called}, and has no mean of gradients"
    rule = next((each for each in RULES if _begins_in(called, each)), None)
    looks_ahead = "nesterov" in name
    if rule is not None and spec.optimizer != rule and not looks_ahead:
        yield f"it is called {called}, and is another rule"
    if "adamw" in name and spec.weight_decay and not spec.decoupled:
        yield f"it is called {called}, and its decay is an L2 penalty in the gradient"
    if "amsgrad" in name and spec.keywords.get("maximum_of") == "none":
        yield f"it is called {called}, and has no maximum"
    if looks_ahead and spec.optimizer == "momentum" and not spec.keywords["nesterov"]:
        yield f"it is called {called}, and does not look ahead"


def _begins_in(called: str, rule: str) -> bool:
    """Whether a rule begins a word of a name: NAdam in MyNAdam, and not in PlainAdam."""
    first, rest = rule[0], rule[1:]
    return bool(re.search(f"(?:^|_)(?i:{rule})|{first.upper()}(?i:{rest})", called))
