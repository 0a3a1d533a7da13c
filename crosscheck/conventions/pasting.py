"""What is said first of a translation, and its code with the imports that it needs."""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

# The line that imports each name which the code of a translation may use.
IMPORTS = {
    "jax": "import jax",
    "jnp": "import jax.numpy as jnp",
    "keras": "import keras",
    "math": "import math",
    "np": "import numpy as np",
    "optax": "import optax",
    "paddle": "import paddle",
    "tf": "import tensorflow as tf",
    "tensorflow": "import tensorflow",
    "torch": "import torch",
}
# The modules of optimizers that the import of their package does not bring.
WITHIN = re.compile(r"\b((?:mlx\.optimizers|tinygrad\.nn\.optim|autograd\.misc\.optimizers))\.")


def with_imports(code: str) -> str:
    """Code behind the imports of all modules that it uses, as it can be pasted into a file.

    Args:
        code: Statements, or one expression, which this package has written.
    """
    tree = ast.parse(code)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    wanted = [line for name, line in IMPORTS.items() if name in used]
    wanted += [f"import {module}" for module in dict.fromkeys(WITHIN.findall(code))]
    lines = code.splitlines()
    own = [line for line in lines if line.startswith(("import ", "from "))]
    rest = "\n".join(line for line in lines if line not in own).strip("\n")
    imports = sorted({*own, *wanted})
    space = "\n\n\n" if rest.startswith(("class ", "def ")) else "\n\n"
    return space.join(["\n".join(imports), rest]) if imports else rest


class Compared:
    """Two optimizers, recipes or trainings, after their words and their steps were compared.

    Its attributes are those of the translations that are made of it.
    """

    mismatch: dict[str, tuple[Any, Any]]
    provisos: tuple[str, ...]
    difference: float | None
    within_bound: bool
    zeros_agree: bool
    as_rate_changes: bool | None
    problem: str | None

    @property
    def equal(self) -> bool | None:
        """Whether the two are one, by their words and by their steps at one learning rate.

        None if they are so by their words, and the steps could not be compared.
        """
        if self.mismatch or not self.within_bound or not self.zeros_agree:
            return False
        return None if self.difference is None else True

    @property
    def verdict(self) -> str:
        """Whether the two are equal, in plain words."""
        return verdict(
            self.equal,
            as_rate_changes=self.as_rate_changes,
            mismatch=self.mismatch,
            conditions=self.provisos,
            problem=self.problem,
        )


def verdict(
    equal: bool | None,
    *,
    as_rate_changes: bool | None = None,
    mismatch: Mapping[str, Any] | None = None,
    conditions: Sequence[str] = (),
    problem: str | None = None,
) -> str:
    """In plain words, whether two are equal: the line that stands first.

    Args:
        equal: Whether they are; None if they should be, and could not be run.
        as_rate_changes: Whether they are so as the learning rate changes; None if nobody tried.
        mismatch: In what they differ by their words.
        conditions: What is said behind "but:".
        problem: Why they could not be run.
    """
    if equal is None:
        return f"equal by their words, but not proved: {problem}"
    if not equal:
        what = ", ".join(mismatch or ()) or problem or "the numbers below differ"
        return f"not equal: {what}"
    if as_rate_changes is False:
        return "equal, but not as the learning rate changes"
    return "equal, under the conditions below (but: ...)" if conditions else "equal"
