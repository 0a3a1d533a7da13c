"""Read what the loop of a PyTorch program does with its gradients: nothing is evaluated."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.recipes.parameters import kind_of
from crosscheck.conventions.recipes.program import Program
from crosscheck.conventions.recipes.recipe import Link, RecipeError
from crosscheck.conventions.recipes.torch_gradients import (
    CLIPS,
    changes_leaf,
    clip_of,
    decay_of_leaf,
    last_name,
    link_of_leaf,
)
from crosscheck.conventions.recipes.torch_lines import lines_of

OF_GRADIENTS = (*CLIPS, "backward", "step", "zero_grad", "unscale_", "clip_grads_with_norm_")


@dataclass
class Loop:
    """What the lines of a program do, in their order.

    Attributes:
        events: The names of what happens, with the count of micro-batches after which it does.
        links: What is done to the gradient, with its lines in canonical form.
        accumulate: The micro-batches of an update.
        divisor: By what each loss is divided.
        scheduler: The name of the scheduler that steps.
        decay: By how much each parameter is shortened, whether times the learning rate, and which
            of them; None if none is.
        ends_short: Whether the last micro-batches make an update as well.
        depths: In how many loops the events stand.
    """

    events: list[tuple[str, int]] = field(default_factory=list)
    links: list[tuple[Link, tuple[str, ...]]] = field(default_factory=list)
    accumulate: int = 1
    divisor: float | None = None
    scheduler: str | None = None
    decay: tuple[float, bool, str] | None = None
    ends_short: bool = False
    depths: dict[str, int] = field(default_factory=dict)


class LoopReader:
    """Reads the statements of a program in their order."""

    def __init__(self, program: Program, optimizer: str, loop: Loop) -> None:
        self.program, self.optimizer, self.loop = program, optimizer, loop
        self.divisors: dict[str, float] = {}

    def read(self, statements: Sequence[ast.stmt], depth: int, every: int) -> None:
        """Read statements.

        Args:
            statements: The statements.
            depth: In how many loops they stand.
            every: After how many micro-batches they run.
        """
        for statement in statements:
            if isinstance(statement, ast.For) and self._is_over_parameters(statement):
                self._leaf_loop(statement, every)
            elif isinstance(statement, ast.For | ast.While):
                self.read(statement.body, depth + 1, every)
            elif isinstance(statement, ast.With | ast.FunctionDef):
                self._refuse_scaling(statement)
                self.read(statement.body, depth, every)
            elif isinstance(statement, ast.If):
                self._condition(statement, depth, every)
            else:
                self._plain(statement, depth, every)

    def _refuse_scaling(self, statement: ast.stmt) -> None:
        items = statement.items if isinstance(statement, ast.With) else []
        if any("autocast" in ast.unparse(each) for each in items):
            raise RecipeError("autocast rounds what it computes: translate the recipe without it")

    def _condition(self, statement: ast.If, depth: int, every: int) -> None:
        test = statement.test
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
            self.loop.ends_short, test = True, test.values[0]
        count = self._period(test)
        inside = [last_name(node) for each in statement.body for node in ast.walk(each)]
        concerned = any(each in OF_GRADIENTS for each in inside)
        if count is None and not concerned:
            return
        if count is None:
            raise RecipeError(
                f"`if {ast.unparse(statement.test)}` is not read: write `if (i + 1) % 4 == 0`, "
                "with i from 0 and the number of micro-batches"
            )
        if "step" in inside:
            self.loop.accumulate = count
        self.read(statement.body, depth, count)

    def _period(self, test: ast.expr) -> int | None:
        """k, of the condition (i + 1) % k == 0."""
        if not (isinstance(test, ast.Compare) and isinstance(test.left, ast.BinOp)):
            return None
        zero = test.comparators[0]
        if not isinstance(test.left.op, ast.Mod) or len(test.ops) != 1:
            return None
        counter, remainder = test.left.left, zero.value if isinstance(zero, ast.Constant) else None
        try:
            period = self.program.number(test.left.right)
        except CallError:
            raise RecipeError(
                f"{ast.unparse(test.left.right)} is given no number in the text: add its line"
            ) from None
        if not isinstance(period, int) or isinstance(period, bool) or period < 1:
            raise RecipeError(f"{period!r} is no number of micro-batches")
        if not isinstance(test.ops[0], ast.Eq):
            return None
        if isinstance(counter, ast.BinOp) and isinstance(counter.op, ast.Add) and remainder == 0:
            return period
        if isinstance(counter, ast.Name) and remainder == period - 1:
            return period
        if isinstance(counter, ast.Name) and self._counts_from_one(counter.id) and remainder == 0:
            return period
        raise RecipeError(
            f"`{ast.unparse(test)}` is true after the first micro-batch already, if its count "
            f"starts at 0: write `({ast.unparse(counter)} + 1) % {period} == 0`"
        )

    def _counts_from_one(self, name: str) -> bool:
        """Whether a loop counts from 1: enumerate(batches, 1) or range(1, n)."""
        for node in (n for s in self.program.statements for n in ast.walk(s)):
            if isinstance(node, ast.For) and name in [
                each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)
            ]:
                text = ast.unparse(node.iter).replace("start=", "")
                return text.startswith("range(1,") or text.endswith(", 1)")
        return False

    def _is_over_parameters(self, statement: ast.For) -> bool:
        return ast.unparse(statement.iter).endswith((".parameters()", "weights", "biases"))

    def _leaf_loop(self, statement: ast.For, every: int) -> None:
        """`for p in model.parameters():` with lines on its gradient, or on the parameter."""
        leaves = kind_of(self.program, statement.iter)
        name, over = ast.unparse(statement.target), ast.unparse(statement.iter)
        for line in statement.body:
            node = line.value if isinstance(line, ast.Expr) else None
            call = node if isinstance(node, ast.Call) else None
            link = link_of_leaf(self.program, call, name, leaves) if call else None
            decay = decay_of_leaf(self.program, call, name) if call and not link else None
            if link is not None:
                self._link(link, every)
            elif decay is not None and leaves in ("all", "weights"):
                if self.loop.decay is not None:
                    raise RecipeError("two lines multiply the parameters: write one")
                self.loop.decay = (*decay, leaves)
                self.loop.events.append(("decay", every))
            elif changes_leaf(line, name):
                raise RecipeError(f"`{ast.unparse(line)}` in a loop over {over} is not read")

    def _plain(self, statement: ast.stmt, depth: int, every: int) -> None:
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            self._note_division(statement)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                self._call(node, depth, every)
        if isinstance(statement, ast.Assign | ast.AugAssign):
            targets = (
                [statement.target] if isinstance(statement, ast.AugAssign) else statement.targets
            )
            if any(".grad" in ast.unparse(each) for each in targets):
                raise RecipeError(f"`{ast.unparse(statement)}` changes a gradient, and is not read")
            if any(isinstance(each, ast.Subscript) and self._of_group(each) for each in targets):
                raise RecipeError(
                    f"`{ast.unparse(statement)}` changes the optimizer's arguments as it goes: "
                    "write a scheduler of torch.optim.lr_scheduler"
                )

    def _of_group(self, target: ast.Subscript) -> bool:
        """Whether a target is an argument of a group of parameters."""
        key = target.slice.value if isinstance(target.slice, ast.Constant) else None
        text = ast.unparse(target.value)
        return "param_group" in text or key in ("lr", "eps", "momentum", "betas", "weight_decay")

    def _note_division(self, statement: ast.stmt) -> None:
        """Remember by what a loss is divided, where that is a number."""
        if isinstance(statement, ast.AugAssign):
            name, value = ast.unparse(statement.target), statement.value
            divided = isinstance(statement.op, ast.Div)
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
            name, value = ast.unparse(statement.targets[0]), statement.value.right
            divided = isinstance(statement.value.op, ast.Div)
        else:
            return
        if divided:
            self._divide(name, value)

    def _divide(self, name: str, value: ast.expr) -> None:
        try:
            number = self.program.number(value)
        except CallError:
            return
        if isinstance(number, int | float) and number > 0:
            self.divisors[name] = self.divisors.get(name, 1.0) * number

    def _call(self, node: ast.Call, depth: int, every: int) -> None:
        last = last_name(node)
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if last in ("unscale_", "scale") and "scaler" in owner.lower():
            raise RecipeError(
                "a gradient scaler leaves updates out that are not finite: translate the recipe "
                "without it"
            )
        if last == "backward":
            self._backward(node, every)
        elif last in CLIPS:
            self._link(clip_of(self.program, node), every)
        elif last == "clip_grads_with_norm_":
            raise RecipeError("clip_grads_with_norm_ is not read: write clip_grad_norm_")
        elif last == "zero_grad":
            self._event("zero_grad", depth, every)
        elif last == "step" and owner == self.optimizer:
            if node.args or node.keywords:
                raise RecipeError("optimizer.step with a closure computes gradients by itself")
            self._event("step", depth, every)
        elif last == "step" and owner in self.program.names:
            if self.loop.scheduler not in (None, owner):
                raise RecipeError(
                    "two schedulers step: write torch.optim.lr_scheduler.ChainedScheduler([...])"
                )
            if node.args or node.keywords:
                raise RecipeError("a scheduler that is handed an argument is not read")
            self.loop.scheduler = owner
            self._event("schedule", depth, every)
        elif last == "step" and "scaler" in owner.lower():
            raise RecipeError("a gradient scaler is not read: translate the recipe without it")

    def _event(self, name: str, depth: int, every: int) -> None:
        self.loop.events.append((name, every))
        self.loop.depths[name] = depth

    def _backward(self, node: ast.Call, every: int) -> None:
        if not isinstance(node.func, ast.Attribute):  # a function of that name, and no method
            return
        loss = node.func.value
        if isinstance(loss, ast.BinOp) and isinstance(loss.op, ast.Div):
            self._divide("(loss)", loss.right)
            loss = ast.Name("(loss)")
        name = loss.id if isinstance(loss, ast.Name) else ast.unparse(loss)
        self.loop.divisor = self.divisors.get(name)
        self.loop.events.append(("backward", every))

    def _link(self, link: Link, every: int) -> None:
        self.loop.links.append((link, lines_of(link)))
        self.loop.events.append(("clip", every))
