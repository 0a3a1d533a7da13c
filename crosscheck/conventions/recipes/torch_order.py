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
            "scheduler.step() stands outside the loop over batches, so that it counts epochs: how "
            "many updates an epoch has is not in the text; write it in the loop, after "
            "optimizer.step(), with its counts times the updates of an epoch"
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
