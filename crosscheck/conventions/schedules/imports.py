"""Where a text has the schedules from that it calls."""

import ast

from crosscheck.conventions.optimizers.parsing import CallError

# The packages that have what is read.
KNOWN = (
    *("torch", "optax", "keras", "tensorflow", "paddle", "mlx", "crosscheck"),
    *("reference_numpy", "reference_torch", "reference_jax"),
)


def refuse_foreign(text: str) -> None:
    """Refuse imports by which a name that is called is no framework's, or stands for another.

    Args:
        text: Python that can be parsed.

    Raises:
        CallError: With the line.
    """
    nodes = [*ast.walk(ast.parse(text.strip()))]
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    for node in nodes:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for each in node.names:
            name = each.asname or each.name.partition(".")[0]
            known = (module or each.name).partition(".")[0] in KNOWN
            used = each.name == "*" or any(f"{full}.".startswith(f"{name}.") for full in called)
            renamed = module and each.asname not in (None, each.name)
            if used and (renamed or not known):
                raise CallError(
                    f"line {node.lineno}: by `{ast.unparse(node)}` what is called may be another "
                    "schedule: write its full name, as optax.cosine_decay_schedule(0.1, 100)"
                )
