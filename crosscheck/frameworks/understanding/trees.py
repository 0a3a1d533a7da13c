"""The source of a file that ran, as Python's own syntax tree."""

import ast
import linecache


def tree_of(file: str | None) -> ast.Module | None:
    """All that a file says; of a notebook the cells in their order. None if nobody can read it."""
    if file is None:
        return None
    names = [file]
    if file.endswith(".ipynb"):
        # Whoever ran the cells left the source of each there.
        names = [each for each in linecache.cache if each.startswith(file) and each != file]
    else:
        linecache.checkcache(file)  # it may have been written anew
    try:
        parts = [ast.parse("".join(linecache.getlines(each))) for each in names]
    except SyntaxError:
        return None
    return ast.Module([line for part in parts for line in part.body], []) if parts else None
