"""A recipe of PyTorch as the lines that users write."""

from dataclasses import dataclass, replace

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.recipes.probes import HALF, LEFT
from crosscheck.conventions.recipes.recipe import Link, Penalty

EPS = 1e-6  # what clip_grad_norm_ adds to the norm
ALL, SOME = "model.parameters()", "weights"
WEIGHTS = "weights = [p for p in model.parameters() if p.ndim > 1]"
BIASES = "biases = [p for p in model.parameters() if p.ndim <= 1]"


@dataclass(frozen=True)
class TorchLines:
    """What stands in a training program, line by line.

    Attributes:
        optimizer: The optimizer's name, and its arguments with their names, as text.
        arguments: The arguments but for the parameters.
        decays: The weight decays of the weights and of the biases, if they are two groups.
        scheduler: The lines that leave `scheduler`; none without one.
        before: The lines between the gradient and the optimizer's step.
        accumulate: How many micro-batches make an update.
        mean: Whether each loss is divided by that number.
        per_batch: Whether the scheduler steps after each micro-batch, and not after each update.
        uses: The lists of parameters that the lines need.
    """

    optimizer: str
    arguments: str
    decays: tuple[float, float] | None = None
    scheduler: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    accumulate: int = 1
    mean: bool = True
    per_batch: bool = False

    @property
    def setup(self) -> list[str]:
        """The lines before the loop."""
        parameters, lines = "model.parameters()", []
        text = "\n".join((*self.before, *self.scheduler))
        if self.decays is not None or "weights" in text:
            lines.append(WEIGHTS)
        if self.decays is not None:
            lines.append(BIASES)
            groups = [
                f'{{"params": {name}, "weight_decay": {decay!r}}}'
                for name, decay in zip(("weights", "biases"), self.decays, strict=True)
            ]
            parameters = f"[{', '.join(groups)}]"
        arguments = ", ".join(each for each in (parameters, self.arguments) if each)
        optimizer = f"optimizer = {self.optimizer}({arguments})"
        return [*self.scheduler[:-1], *lines, optimizer, *self.scheduler[-1:]]

    @property
    def loop(self) -> list[str]:
        """The loop over batches."""
        steps = [*self.before, "optimizer.step()"]
        schedule = ["scheduler.step()"] if self.scheduler else []
        if self.accumulate == 1:
            return [
                "for inputs, targets in batches:",
                "    optimizer.zero_grad()",
                "    loss_function(model(inputs), targets).backward()",
                *(f"    {line}" for line in [*steps, *schedule]),
            ]
        k = self.accumulate
        loss = f"(loss / {k})" if self.mean else "loss"
        inner = [*steps, *([] if self.per_batch else schedule), "optimizer.zero_grad()"]
        return [
            "for step, (inputs, targets) in enumerate(batches):",
            "    loss = loss_function(model(inputs), targets)",
            f"    {loss}.backward()",
            f"    if (step + 1) % {k} == 0:",
            *(f"        {line}" for line in inner),
            *(f"    {line}" for line in (schedule if self.per_batch else [])),
        ]

    @property
    def program(self) -> str:
        """All lines, which can be run where `model`, `loss_function` and `batches` are given."""
        return "\n".join([*self.setup, *self.loop])

    @property
    def changing(self) -> str:
        """The program with a learning rate that is quartered after half of the updates."""
        factor = f"lambda step: 1.0 if step < {HALF} else {LEFT}"
        line = f"scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, {factor})"
        return replace(self, scheduler=(line,), per_batch=False).program

    @property
    def code(self) -> str:
        """The lines that are shown: without the loop, where that says nothing."""
        plain = not self.before and not self.scheduler and self.accumulate == 1
        return "\n".join(self.setup) if plain else self.program


def lines_of(link: Link) -> tuple[str, ...]:
    """The lines that do to the gradients what a link does."""
    if isinstance(link, Penalty):
        over = ALL if link.leaves == "all" else SOME
        return (f"for p in {over}:", f"    p.grad.add_(p.detach(), alpha={link.weight_decay!r})")
    if link.max_value is not None:
        return (f"torch.nn.utils.clip_grad_value_({ALL}, {link.max_value!r})",)
    limit = link.max_norm
    added = "" if link.eps == 0 else f" + {link.eps!r}"
    if link.eps == EPS:
        clip = "torch.nn.utils.clip_grad_norm_({}, " + f"{limit!r})"
        if link.per == "all":
            return (clip.format(ALL),)
        return (f"for p in {ALL}:", f"    {clip.format('p')}")
    if link.per == "leaf":
        norm = f"(p.grad.norm(){added})" if added else "p.grad.norm()"
        return (f"for p in {ALL}:", f"    p.grad.mul_(({limit!r} / {norm}).clamp(max=1.0))")
    return (
        f"norm = torch.nn.utils.get_total_norm([p.grad for p in {ALL}]){added}",
        f"for p in {ALL}:",
        f"    p.grad.mul_(({limit!r} / norm).clamp(max=1.0))",
    )


def decay_lines(spec: Spec, leaves: str) -> tuple[str, ...]:
    """The lines that shorten the parameters before a step, as a decay beside it does."""
    rate = "optimizer.param_groups[0]['lr'] * " if spec.scaled else ""
    over = ALL if leaves == "all" else SOME
    return (f"for p in {over}:", f"    p.data.mul_(1 - {rate}{spec.weight_decay!r})")
