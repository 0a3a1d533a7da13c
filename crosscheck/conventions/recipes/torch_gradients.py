"""Read a line of PyTorch that changes gradients before the optimizer has them."""

import ast
import re
from dataclasses import replace
from typing import Any

from crosscheck.conventions.recipes.parameters import kind_of
from crosscheck.conventions.recipes.program import Program, only_arguments
from crosscheck.conventions.recipes.recipe import Clip, Link, Penalty, RecipeError
from crosscheck.conventions.recipes.torch_lines import EPS

CLIPS = ("clip_grad_norm_", "clip_grad_value_")
_NONE = ast.Constant(None)


def link_of_leaf(program: Program, node: ast.Call, name: str, leaves: str | None) -> Link | None:
    last = last_name(node)
    if last in CLIPS and node.args and ast.unparse(node.args[0]).split(".")[0] == name:
        if leaves != "all":
            raise RecipeError("only some gradients are clipped, which no reference does")
        clip = clip_of(program, node, leaf=True)
        return replace(clip, per="leaf") if clip.max_norm is not None else clip
    text = ast.unparse(node.func)
    if text in (f"{name}.grad.clamp_", f"{name}.grad.data.clamp_") and leaves == "all":
        given = only_arguments(node, "min", "max")
        low, high = (program.real(given[key]) for key in ("min", "max"))
        if low != -high or not high > 0:
            raise RecipeError("a gradient is clamped from -value to value, or not read")
        return Clip(max_value=high)
    if text == f"{name}.grad.mul_" and leaves == "all" and node.args:
        return _own_clip(program, ast.unparse(node.args[0]), name)
    if text == f"{name}.grad.add_" and leaves in ("all", "weights"):
        given = only_arguments(node, "other", "alpha")
        written = (name, f"{name}.data", f"{name}.detach()")
        if "alpha" in given and ast.unparse(given["other"]) in written:
            return Penalty(program.real(given["alpha"]), leaves)
    return None


def _own_clip(program: Program, factor: str, name: str) -> Clip | None:
    """A clipping by norm as it is written here, where PyTorch has no function for it."""
    found = re.fullmatch(r"\(?([\d.e+-]+) / (.+)\)\.clamp\(max=1(?:\.0)?\)", factor)
    if found is None:
        return None
    limit, norm = float(found[1]), found[2]
    norm = norm[1:-1] if norm.startswith("(") else norm
    each = f"{name}.grad.norm("
    text = norm if norm.startswith(each) else ast.unparse(program.names.get(norm, _NONE))
    added = re.search(r" \+ ([\d.e-]+)$", text)
    eps = float(added[1]) if added else 0.0
    if norm.startswith(each):
        return Clip(max_norm=limit, eps=eps, per="leaf")
    return Clip(max_norm=limit, eps=eps) if "get_total_norm(" in text else None


def decay_of_leaf(program: Program, node: ast.Call, name: str) -> tuple[float, bool] | None:
    """The decay that multiplies a parameter by 1 - decay, and whether that is times the rate."""
    if ast.unparse(node.func) not in (f"{name}.data.mul_", f"{name}.mul_"):
        return None
    if len(node.args) != 1 or node.keywords:
        return None
    factor = node.args[0]
    if not isinstance(factor, ast.BinOp) or not isinstance(factor.op, ast.Sub):
        return None
    if ast.unparse(factor.left) not in ("1", "1.0"):
        return None
    pull, scaled = factor.right, False
    if isinstance(pull, ast.BinOp) and isinstance(pull.op, ast.Mult):
        scaled = ast.unparse(pull.left) == "optimizer.param_groups[0]['lr']"
        pull = pull.right if scaled else pull
    return program.real(pull), scaled


def changes_leaf(line: ast.stmt, name: str) -> bool:
    """Whether a line changes a parameter or its gradient."""
    text = ast.unparse(line)
    if re.search(rf"\b{re.escape(name)}(\.data|\.grad)*\.\w+_\(", text):
        return True
    if isinstance(line, ast.Assign | ast.AugAssign):
        targets = line.targets if isinstance(line, ast.Assign) else [line.target]
        return any(ast.unparse(each).split(".")[0] == name for each in targets)
    return False


def clip_of(program: Program, node: ast.Call, leaf: bool = False) -> Clip:
    """The clipping that a call does."""
    last = last_name(node)
    name = "max_norm" if last == "clip_grad_norm_" else "clip_value"
    inert = ("error_if_nonfinite", "foreach")
    kind = ("norm_type",) if name == "max_norm" else ()
    given = only_arguments(node, "parameters", name, *kind, *inert)
    if name not in given:
        raise RecipeError(f"{last} needs {name}")
    if "norm_type" in given:
        norm: Any = ast.unparse(given["norm_type"])
        if norm not in ("2", "2.0"):
            raise RecipeError(f"norm_type={norm}: the references clip by the Euclidean norm")
    parameters = kind_of(program, given["parameters"]) if "parameters" in given else "all"
    if parameters in ("weights", "biases"):
        raise RecipeError("only some gradients are clipped, which no reference does")
    if parameters is None and not leaf:
        raise RecipeError(
            f"{last} is given {ast.unparse(given['parameters'])}: if these are all parameters, "
            "write model.parameters()"
        )
    limit = program.real(given[name])
    if not limit > 0:
        raise RecipeError(f"{name} must be above 0, not {limit!r}")
    return Clip(max_norm=limit, eps=EPS) if name == "max_norm" else Clip(max_value=limit)


def last_name(node: ast.AST) -> str:
    """The last part of the name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
