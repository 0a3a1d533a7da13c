"""Drawn schedules, for tests that write and run them."""

import numpy as np

from crosscheck.conventions import schedules as forms


def random_schedules(seed, count):
    """Schedules with drawn keywords, of every function, some inside others."""
    rng = np.random.default_rng(seed)

    def rate():
        return float(np.round(10.0 ** rng.uniform(-4, 0), 6))

    def steps():
        return int(rng.integers(2, 40))

    def way(form, **more):
        past = rng.choice(["stays", "goes_on", "repeats"])
        words = {"end": rate(), "endpoint": bool(rng.integers(2)), "past_end": str(past)}
        return form(rate(), steps=steps(), **words, **more)

    makers = {
        "constant": lambda: forms.constant(rate()),
        "step": lambda: forms.step(rate(), every=steps(), factor=0.5),
        "multi_step": lambda: forms.multi_step(rate(), boundaries=(3, steps() + 3), late=True),
        "piecewise": lambda: forms.piecewise_constant((rate(), rate()), boundaries=(steps(),)),
        "exponential": lambda: forms.exponential(rate(), factor=0.9, steps=steps()),
        "inverse": lambda: forms.inverse_time(rate(), decay=0.5, steps=steps(), staircase=True),
        "linear": lambda: way(forms.linear),
        "polynomial": lambda: way(forms.polynomial, power=2.0),
        "cosine": lambda: way(forms.cosine),
        "restarts": lambda: forms.cosine_restarts(rate(), steps=steps(), growth=2.0, end=rate()),
        "cyclic": lambda: forms.cyclic(rate(), high=rate(), up=steps(), per_cycle=0.5),
        "one_cycle": lambda: forms.one_cycle(rate(), steps=steps() + 9, three_phase=True),
        "warmup": lambda: forms.warmup(draw(), steps=steps(), start=rate(), offset=1),
        "sequence": lambda: forms.sequence((draw(), draw()), boundaries=(steps(),)),
        "product": lambda: forms.product((draw(), forms.step(1.0, every=steps()))),
    }

    def draw():
        return makers[str(rng.choice(list(makers)))]()

    return [draw() for _ in range(count)]
