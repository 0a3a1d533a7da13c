"""bfloat16, which NumPy knows once it is asked for, and which nobody else waits for."""

import subprocess
import sys

import numpy as np
import pytest

from crosscheck.numerics.dtypes import is_floating, known, limits_of

# What a command and a worker begin with, where they have nothing to do with bfloat16.
BEGIN = (
    "import sys, crosscheck.cli.main, crosscheck.verification.verify;"
    "import crosscheck.verification.replies, crosscheck.conventions.everything;"
    "from crosscheck.frameworks.registry import load_unguarded;"
    "from crosscheck.verification.verify import every_case;"
    "load_unguarded('numpy', 'reference_numpy'); every_case();"
    "print('ml_dtypes' in sys.modules)"
)


def said_by(script):
    """What a process says that runs a script alone."""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_nothing_imports_it_that_does_not_ask_for_it():
    assert said_by(BEGIN) == ["False"]


ASKED = {
    "parameters": (
        "from reference_numpy.params import init_params;"
        "print(init_params((2, 1), seed=0, dtype='bfloat16')[0].weight.dtype)"
    ),
    "operands": (
        "import numpy, pickle; from crosscheck.numerics.bounds.rounded_operands import *;"
        "of_none = RoundedOperands('bfloat16', 2**-8, 0.0, 3e38, 1e-38);"
        "print('bfloat16' if of_none.read(1 / 3) > 0 else 'exact')"
    ),
    "cases": (
        "from crosscheck.verification.cases.few_bits import cases_in;"
        "print({each.dtype for each in cases_in('bfloat16')}.pop())"
    ),
    "a case": (
        "from crosscheck.frameworks.registry import load;"
        "from crosscheck.verification.cases.training import TrainingCase;"
        "from crosscheck.verification.judging import compute;"
        "case = TrainingCase('a training', dtype='bfloat16');"
        "found = compute(case, load('numpy', 'reference_numpy'));"
        "print(found.raised or case.dtype)"
    ),
    "a run": (
        "import numpy; from crosscheck.training.runs.configuration import Configuration;"
        "Configuration(dtype='float16', precision='mixed', state_dtype='bfloat16');"
        "print(numpy.dtype('bfloat16'))"
    ),
    "a message": (
        "from crosscheck.frameworks.messages import pack, unpack; import numpy as np;"
        "sent = pack({'a': np.zeros(1, 'uint16')}).replace(b'array', b'bfloat16');"
        "sent = (int.from_bytes(sent[:8], 'little') + 3).to_bytes(8, 'little') + sent[8:];"
        "print(unpack(sent)['a'].dtype)"
    ),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("asked", ASKED)
def test_whoever_asks_for_it_has_it(asked):
    assert said_by(ASKED[asked]) == ["bfloat16"]


def test_its_limits_are_those_of_its_bits():
    limits = limits_of("bfloat16")
    assert (float(limits.eps), float(limits.smallest_normal)) == (2.0**-7, 2.0**-126)
    assert limits_of("float32") is np.finfo("float32")


def test_it_is_floating_though_no_dtype_of_numpys_own():
    assert [is_floating(known(name)) for name in ("bfloat16", "float16", "int16")] == [
        True,
        True,
        False,
    ]
    assert known("bfloat16").kind == "V"
