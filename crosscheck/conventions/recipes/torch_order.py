"""Refuse lines of PyTorch whose order makes them do otherwise than they seem to."""

from crosscheck.conventions.recipes.recipe import RecipeError
from crosscheck.conventions.recipes.torch_loop import Loop


def check_order(loop: Loop) -> None:
    """Refuse what does not do what it seems to.

    Raises:
        RecipeError: With the reason.
    """
    names = [event for event, _ in loop.events]
    if names.count("step") > 1:
        raise RecipeError("optimizer.step() stands twice in the text: write one recipe")
    if "step" not in names:
        return
    step = names.index("step")
    _check_loops(loop, names)
    if "clip" in names and names.index("clip") > step:
        raise RecipeError(
            "the gradients are clipped after optimizer.step(), which has used them already: "
            "write the clipping before it"
        )
    if "decay" in names and names.index("decay") > step:
        raise RecipeError(
            "the parameters are shortened after optimizer.step(): write it before, where the decay "
            "is that of AdamW"
        )
    if "schedule" in names and names.index("schedule") < step:
        raise RecipeError(
            "scheduler.step() stands before optimizer.step(), so that the first rate is never "
            "used: write it after"
        )
    if "schedule" in names and loop.depths["schedule"] < loop.depths["step"]:
        raise RecipeError(
            "scheduler.step() stands outside the loop over batches, so that it counts epochs: "
            "translate the optimizer without it and the scheduler by itself, which gives "
            "schedule(step), and pass schedule(step // n), with n the updates of an epoch"
        )
    if names.count("schedule") > 1 or _loops_of(loop, "schedule") - _loops_of(loop, "step"):
        raise RecipeError(
            "scheduler.step() runs more often than optimizer.step(): write it once, in the loop of "
            "the step"
        )
    if loop.accumulate > 1:
        every = dict(reversed(loop.events))
        if every.get("clip", loop.accumulate) == 1:
            raise RecipeError(
                "the gradients are clipped after every micro-batch, while they are gathered: write "
                f"the clipping beside optimizer.step(), under `if (i + 1) % {loop.accumulate} == 0`"
            )
        if every.get("zero_grad", loop.accumulate) == 1:
            raise RecipeError(
                "optimizer.zero_grad() clears the gradients of every micro-batch, so that nothing "
                "is gathered: write it under the same condition as optimizer.step()"
            )
    elif "backward" in names and "zero_grad" not in names:
        raise RecipeError(
            "optimizer.zero_grad() is missing, so that the gradients of all batches add up"
        )
    _check_periods(loop)


def _check_periods(loop: Loop) -> None:
    """Refuse an update of which the parts stand under several conditions."""
    for event, every in loop.events:
        usual = {"backward": (1,), "schedule": (1, loop.accumulate)}
        if every not in usual.get(event, (loop.accumulate,)):
            raise RecipeError(
                f"{event} stands under another condition than optimizer.step(): write "
                "backward() under none, and all others under the one of the step"
            )


def _loops_of(loop: Loop, event: str) -> set[tuple[int, ...]]:
    pairs = zip(loop.events, loop.loops, strict=True)
    return {loops for (name, _), loops in pairs if name == event}


def _check_loops(loop: Loop, names: list[str]) -> None:
    """Refuse an update of which the parts stand in several loops, or clear what it needs."""
    own = dict(zip(names, loop.loops, strict=True))
    for event in ("backward", "clip", "decay"):
        loops = own.get(event, own["step"])
        # Micro-batches may be a loop of their own: their gradients add up to the one of the update.
        gathers = event == "backward" and loops[: len(own["step"])] == own["step"]
        if loops != own["step"] and not gathers:
            raise RecipeError(
                f"what is done to the gradients ({event}) stands in another loop than "
                "optimizer.step(), so that an update has it several times or not at all: write "
                "both in one loop, and micro-batches under `if (i + 1) % 4 == 0`"
            )
    if "backward" not in names:
        return
    clears = [place for place, name in enumerate(names) if name == "zero_grad"]
    if clears and all(loop.loops[place] != own["step"] for place in clears):
        raise RecipeError(
            "optimizer.zero_grad() stands in another loop than optimizer.step(), so that gradients "
            "of several updates add up: write both in one loop"
        )
    step = names.index("step")
    behind = [*names[step:], *names[:step]]  # what happens from one step to the next
    if "zero_grad" in behind[behind.index("backward") :]:
        raise RecipeError(
            "optimizer.zero_grad() stands between backward() and optimizer.step(), which is left "
            "without gradients: write it before backward()"
        )
