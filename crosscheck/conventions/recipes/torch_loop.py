"""Read what the loop of a PyTorch program does with its gradients: nothing is evaluated."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from crosscheck.conventions.recipes.parameters import kind_of
from crosscheck.conventions.recipes.program import Program
from crosscheck.conventions.recipes.recipe import Link, RecipeError
from crosscheck.conventions.recipes.statements import blocks, catches, first_line, leaves_out
from crosscheck.conventions.recipes.torch_functions import OF_GRADIENTS, OwnFunctions
from crosscheck.conventions.recipes.torch_gradients import (
    CLIPS,
    changes_leaf,
    clip_of,
    decay_of_leaf,
    last_name,
    link_of_leaf,
)
from crosscheck.conventions.recipes.torch_lines import lines_of
from crosscheck.conventions.recipes.torch_losses import Losses
from crosscheck.conventions.recipes.torch_periods import ends_short, period_of
from crosscheck.conventions.recipes.torch_refusals import (
    owner_of,
    refuse_arguments,
    refuse_branches,
    refuse_changes,
    refuse_handing_on,
    refuse_others,
    refuse_target,
    refuse_unread,
)


@dataclass
class Loop:
    """What the lines of a program do, in their order.

    Attributes:
        events: The names of what happens, with the count of micro-batches after which it does.
        links: What is done to the gradient, with its lines in canonical form.
        accumulate: The micro-batches of an update.
        divisor: By what each loss is divided.
        unsure: Whether a loss may be divided by something else, or not always.
        scheduler: The name of the scheduler that steps.
        decay: By how much each parameter is shortened, whether times the learning rate, and which
            of them; None if none is.
        ends_short: Whether the last micro-batches make an update as well.
        depths: In how many loops the events stand.
        within: The lines of the loops round what is being read.
        loops: Those round each event.
    """

    events: list[tuple[str, int]] = field(default_factory=list)
    links: list[tuple[Link, tuple[str, ...]]] = field(default_factory=list)
    accumulate: int = 1
    divisor: float | None = None
    unsure: bool = False
    scheduler: str | None = None
    decay: tuple[float, bool, str] | None = None
    ends_short: bool = False
    depths: dict[str, int] = field(default_factory=dict)
    within: tuple[int, ...] = ()
    loops: list[tuple[int, ...]] = field(default_factory=list)

    def happens(self, event: str, every: int) -> None:
        """Note an event where the reading has come to."""
        self.events.append((event, every))
        self.loops.append(self.within)


class LoopReader:
    """Reads the statements of a program in their order."""

    def __init__(self, program: Program, optimizer: str, loop: Loop) -> None:
        self.program, self.optimizer, self.loop = program, optimizer, loop
        self.losses = Losses(program)
        self.functions = OwnFunctions(program, optimizer)

    def read(self, statements: Sequence[ast.stmt], depth: int, every: int) -> None:
        """Read statements.

        Args:
            statements: The statements.
            depth: In how many loops they stand.
            every: After how many micro-batches they run.
        """
        before = len(self.loop.events)
        for place, statement in enumerate(statements):
            self._statement(statement, depth, every)
            happened = [event for event, _ in self.loop.events[before:] if event != "zero_grad"]
            if self.concerns(*statements[place + 1 :]) and leaves_out(statement, bool(happened)):
                raise RecipeError(
                    f"line {statement.lineno}: the lines behind `{first_line(statement)}` do not "
                    "always run: write them under an `if`, or leave it out"
                )

    def concerns(self, *nodes: ast.AST) -> bool:
        """Whether something that is read, as a step, stands in statements."""
        known = (*OF_GRADIENTS, *self.functions.concerned)
        return any(last_name(each) in known for node in nodes for each in ast.walk(node))

    def _statement(self, statement: ast.stmt, depth: int, every: int) -> None:
        if isinstance(statement, ast.For) and self._is_over_parameters(statement):
            self._leaf_loop(statement, every)
        elif isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            self._head(statement.test if isinstance(statement, ast.While) else statement.iter)
            within = self.loop.within
            self.loop.within = (*within, statement.lineno)
            self.read(statement.body, depth + 1, every)
            self.loop.within = within
            self._unread(statement, statement.orelse)
        elif isinstance(statement, ast.FunctionDef) and self.functions.waits(statement):
            return
        elif isinstance(statement, ast.With | ast.AsyncWith | ast.FunctionDef):
            self._refuse_scaling(statement)
            if catches(statement):
                self._unread(statement, statement.body)
            self.read(statement.body, depth, every)
        elif isinstance(statement, ast.If):
            self._condition(statement, depth, every)
        elif isinstance(statement, ast.Try | ast.TryStar):
            for block, sure in blocks(statement):
                if not sure:
                    self._unread(statement, block)
                self.read(block, depth, every)
        elif isinstance(statement, ast.Match):
            for block, _ in blocks(statement):
                self._unread(statement, block)
        else:
            self._plain(statement, depth, every)

    def _unread(self, statement: ast.stmt, lines: Sequence[ast.stmt]) -> None:
        """Refuse lines that may run or not, if they do what is read or change it."""
        if self.concerns(*lines):
            kinds = {ast.Try: "try ... except", ast.Match: "match", ast.With: "with"}
            kind = kinds.get(type(statement), "else")
            inside = next(each for each in lines if self.concerns(each))
            raise RecipeError(
                f"line {inside.lineno}: `{first_line(inside)}` stands under a `{kind}`, so that it "
                "may run or not: write it, and what is read as a part of an update, outside of it"
            )
        for line in lines:
            self._head(line)

    def _head(self, node: ast.AST) -> None:
        """Refuse in a node what changes the optimizer or a gradient in a way that is not read."""
        if isinstance(node, ast.expr) and self.concerns(node):
            raise RecipeError(
                f"line {node.lineno}: `{ast.unparse(node)}` is not read where it stands: write the "
                "call in a line of its own"
            )
        refuse_changes(node, self.functions)
        self.losses.doubt(node)

    def _refuse_scaling(self, statement: ast.stmt) -> None:
        items = statement.items if isinstance(statement, ast.With | ast.AsyncWith) else []
        if any("autocast" in ast.unparse(each) for each in items):
            raise RecipeError("autocast rounds what it computes: translate the recipe without it")
        for each in items:
            self._head(each.context_expr)

    def _condition(self, statement: ast.If, depth: int, every: int) -> None:
        if not self.concerns(statement):
            self._head(statement)
            return
        test = statement.test
        parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else []
        if len(parts) == 2 and ends_short(parts[1]):
            self.loop.ends_short, test = True, parts[0]
        self._head(test)
        self._unread(statement, statement.orelse)
        count = period_of(self.program, test)
        if count is None or every != 1:
            raise RecipeError(
                f"`if {ast.unparse(statement.test)}` is not read: write `if (i + 1) % 4 == 0`, "
                "with i from 0 and the number of micro-batches"
            )
        if "step" in [last_name(node) for each in statement.body for node in ast.walk(each)]:
            self.loop.accumulate = count
        self.read(statement.body, depth, count)

    def _is_over_parameters(self, statement: ast.For) -> bool:
        over = (".parameters()", ".named_parameters()", "weights", "biases")
        return ast.unparse(statement.iter).endswith(over)

    def _leaf_loop(self, statement: ast.For, every: int) -> None:
        """`for p in model.parameters():` with lines on its gradient, or on the parameter."""
        leaves = kind_of(self.program, statement.iter)
        target = statement.target
        own = target.elts[-1] if isinstance(target, ast.Tuple) else target
        name, over = ast.unparse(own), ast.unparse(statement.iter)
        for line in statement.body:
            node = line.value if isinstance(line, ast.Expr) else None
            call = node if isinstance(node, ast.Call) else None
            link = link_of_leaf(self.program, call, name, leaves) if call else None
            decay = decay_of_leaf(self.program, call, name) if call and not link else None
            if link is not None or decay is not None:
                refuse_others(self.program, self.optimizer, over)
            if link is not None:
                self._link(link, every)
            elif decay is not None and leaves in ("all", "weights"):
                if self.loop.decay is not None:
                    raise RecipeError("two lines multiply the parameters: write one")
                self.loop.decay = (*decay, leaves)
                self.loop.happens("decay", every)
            elif changes_leaf(line, name) or self.concerns(line):
                raise RecipeError(f"`{ast.unparse(line)}` in a loop over {over} is not read")

    def _plain(self, statement: ast.stmt, depth: int, every: int) -> None:
        for node in ast.walk(statement):
            refuse_handing_on(node, self.optimizer)
        self.losses.note(statement, self.loop.within)
        refuse_branches(statement, self.concerns)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                self._call(node, depth, every)
        for node in ast.walk(statement):
            refuse_target(node)

    def _call(self, node: ast.Call, depth: int, every: int) -> None:
        if (function := self.functions.of_call(node)) is not None:
            with self.functions.within(function):
                self.read(function.body, depth, every)
            return
        last, owner = last_name(node), owner_of(node)
        refuse_unread(node, self.functions)
        if last in ("unscale_", "scale") and "scaler" in owner.lower():
            raise RecipeError(
                "a gradient scaler leaves updates out that are not finite: translate the recipe "
                "without it"
            )
        if last == "backward":
            self._backward(node, every)
        elif last in CLIPS:
            self._link(clip_of(self.program, node), every)
            refuse_others(self.program, self.optimizer, ast.unparse(node))
        elif last == "clip_grads_with_norm_":
            raise RecipeError("clip_grads_with_norm_ is not read: write clip_grad_norm_")
        elif last == "zero_grad":
            if owner != self.optimizer:
                refuse_others(self.program, self.optimizer, f"{owner}.parameters()")
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
        elif last == "step" and owner and not (node.args or node.keywords or "prof" in owner):
            raise RecipeError(f"{owner} steps, and is no scheduler of the text: add its line")

    def _event(self, name: str, depth: int, every: int) -> None:
        self.loop.happens(name, every)
        self.loop.depths[name] = depth

    def _backward(self, node: ast.Call, every: int) -> None:
        if not isinstance(node.func, ast.Attribute):  # a function of that name, and no method
            return
        refuse_arguments(node)
        divisor = self.losses.divisor(node.func.value, self.loop.within)
        before = any(event == "backward" for event, _ in self.loop.events)
        self.loop.unsure |= self.losses.unsure or (before and divisor != self.loop.divisor)
        self.loop.divisor = divisor
        self.loop.happens("backward", every)

    def _link(self, link: Link, every: int) -> None:
        self.loop.links.append((link, lines_of(link)))
        self.loop.happens("clip", every)
