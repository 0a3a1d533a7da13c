"""The check of all statements about a framework's losses, activations and initializers."""

from typing import Any

from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.functions import running
from crosscheck.conventions.functions.table import STATEMENTS


def function_check(framework: str) -> Check:
    """The check of every statement about a framework's functions and initializers.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
    """
    own = [statement for statement in STATEMENTS if statement.framework == framework]

    def read(results: list[Any]) -> list[Finding]:
        pairs = zip(own, results, strict=True)
        return [finding for statement, result in pairs for finding in statement.findings(result)]

    return Check([(running.__name__, statement.job()) for statement in own], read)
