"""What keeps that from being judged which a test does not ask about, because it takes long."""

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.verification import ladder

KINDS = {"activations": ACTIVATIONS, "losses": LOSSES, "optimizers": STATES}


def not_asked(*kinds, but=()):
    """Declarations of a framework that leaves all out of these kinds, but for some names."""
    return "".join(
        f"\n[[limits]]\n{kind} = {[name for name in KINDS[kind] if name not in but]}\n"
        'reason = "not asked"\n'
        for kind in kinds
    )


def shorten_the_ladder(monkeypatch):
    """Leave one case to each rung: which one is next does not depend on how many there are."""
    short = [(name, cases[:1], until) for name, cases, until in ladder._rungs()]
    monkeypatch.setattr(ladder, "_rungs", lambda: short)
