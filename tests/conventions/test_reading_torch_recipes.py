"""The lines of a PyTorch program are read as a recipe, or refused where they do otherwise."""

import pytest

from crosscheck.conventions.recipes.reading import read_recipe

SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
STEP = (
    "for x, y in data:\n  optimizer.zero_grad()\n  loss(x, y).backward()\n  {}\n  optimizer.step()"
)
GATHER = (
    "for i, (x, y) in enumerate(data):\n  {}\n  if (i + 1) % 4 == 0:\n    optimizer.step()\n"
    "    optimizer.zero_grad()\n"
)
STEP_LR = "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 8, gamma=0.5)\n"


def expression(text):
    return read_recipe(text).recipe.expression


CLIPPED = {
    "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)": "max_norm=1.0, eps=1e-06",
    "nn.utils.clip_grad_norm_(model.parameters(), max_norm=2.0)": "max_norm=2.0, eps=1e-06",
    "clip_grad_value_(model.parameters(), 0.5)": "max_value=0.5",
    "for p in model.parameters(): torch.nn.utils.clip_grad_norm_(p, 1.0)": "max_norm=1.0, "
    "eps=1e-06, per='leaf'",
    "for p in model.parameters(): p.grad.clamp_(-0.5, 0.5)": "max_value=0.5",
    "for p in model.parameters(): p.grad.mul_((1.0 / p.grad.norm()).clamp(max=1.0))": "max_norm=1"
    ".0, per='leaf'",
}


@pytest.mark.parametrize("line", CLIPPED)
def test_clipping_between_the_gradient_and_the_step_is_read(line):
    assert (
        expression(SGD + STEP.format(line)) == f"clipped(sgd(learning_rate=0.1), {CLIPPED[line]})"
    )


@pytest.mark.parametrize("model", ["torch.nn.Linear(3, 2)", "Net().to(torch.device('cpu'))"])
def test_a_text_that_makes_the_model_too_says_the_same_of_its_parameters(model):
    line = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"
    found = expression(f"model = {model}\n{SGD}{STEP.format(line)}")
    assert found == f"clipped(sgd(learning_rate=0.1), {CLIPPED[line]})"


def test_the_order_of_a_penalty_and_a_clipping_is_read():
    penalty = "for p in model.parameters(): p.grad.add_(p.detach(), alpha=0.1)"
    clip = "torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)"
    first = expression(SGD + STEP.format(f"{penalty}\n  {clip}"))
    assert first.startswith("decayed(clipped(sgd(")
    assert expression(SGD + STEP.format(f"{clip}\n  {penalty}")).startswith("clipped(decayed(sgd(")


def test_a_line_that_shortens_the_parameters_is_a_decay_beside_the_step():
    line = "for p in {}: p.data.mul_(1 - {}0.1)"
    rate = "optimizer.param_groups[0]['lr'] * "
    found = expression(SGD + STEP.format(line.format("model.parameters()", rate)))
    assert found == "decayed(sgd(learning_rate=0.1), 0.1, weight_decay=0.1)"
    found = expression(SGD + STEP.format(line.format("weights", "")))
    assert found.endswith("0.1, weight_decay=0.1, scaled=False, leaves='weights')")


GROUPS = (
    "optimizer = torch.optim.AdamW([{{'params': {}, 'weight_decay': 0.1}}, "
    "{{'params': {}, 'weight_decay': 0.0}}], lr=0.1)"
)


@pytest.mark.parametrize(
    ("weights", "biases", "before"),
    [
        ("weights", "biases", ""),
        ("decay", "no_decay", ""),
        (
            "a",
            "b",
            "a = [p for p in model.parameters() if p.dim() >= 2]\n"
            "b = [p for p in model.parameters() if p.dim() < 2]\n",
        ),
        (
            "[p for n, p in model.named_parameters() if not n.endswith('bias')]",
            "[p for n, p in model.named_parameters() if 'bias' in n]",
            "",
        ),
    ],
)
def test_groups_of_which_the_biases_do_not_decay_are_read(weights, biases, before):
    found = expression(before + GROUPS.format(weights, biases))
    assert found == "decayed(adam(learning_rate=0.1), 0.1, weight_decay=0.1, leaves='weights')"


def test_gathering_is_read_with_what_the_loss_is_divided_by():
    for line in (
        "(loss(x, y) / 4).backward()",
        "l = loss(x, y) / 4\n  l.backward()",
        "l = loss(x, y)\n  l /= 4\n  l.backward()",
    ):
        found = read_recipe(SGD + GATHER.format(line))
        assert (found.recipe.accumulate, found.recipe.expression) == (4, "sgd(learning_rate=0.1)")
    found = read_recipe(SGD + GATHER.format("loss(x, y).backward()"))
    assert found.recipe.expression == "sgd(learning_rate=0.4)"
    assert "adds the gradients up" in found.provisos[0]
    adam = SGD.replace("SGD", "Adam") + GATHER.format("loss(x, y).backward()")
    assert expression(adam) == "adam(learning_rate=0.1, eps=2.5e-09)"


def test_a_scheduler_counts_updates_or_micro_batches_by_where_it_steps():
    own = SGD + STEP_LR + GATHER.format("(loss(x, y) / 4).backward()")
    assert expression(own + "    scheduler.step()") == (
        "sgd(learning_rate=schedules.step(0.1, every=8, factor=0.5))"
    )
    found = read_recipe(own.replace("8", "7") + "  scheduler.step()")
    assert [found.recipe.schedule(t) for t in (0, 1)] == [0.1, 0.05]  # those of batches 3 and 7
    assert "(4 * step + 3)" in found.recipe.expression
    joined = (
        "one = torch.optim.lr_scheduler.LinearLR(optimizer, 0.5, total_iters=5)\n"
        "two = torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)\n"
        "both = torch.optim.lr_scheduler.SequentialLR(optimizer, [one, two], milestones=[5])\n"
    )
    found = read_recipe(SGD + joined + STEP.format("pass") + "\n  both.step()")
    assert found.recipe.rates(6) == pytest.approx([0.05, 0.06, 0.07, 0.08, 0.09, 0.1], rel=1e-12)


REFUSALS = {
    "optimizer.step()\ntorch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)": "after optimizer."
    "step\\(\\), which has used them already",
    STEP.format("pass").replace("  optimizer.zero_grad()\n", ""): "zero_grad\\(\\) is missing",
    GATHER.format("optimizer.zero_grad()\n  (loss(x) / 4).backward()"): "so that nothing is gath",
    GATHER.format("(l / 4).backward()\n  clip_grad_value_(model.parameters(), 1.0)"): "clipped aft"
    "er every micro-batch",
    GATHER.format("(l / 4).backward()").replace("(i + 1)", "i"): "true after the first micro-batch",
    GATHER.format("(l / 2).backward()"): "divided by 2, and 4 of them make an update",
    GATHER.format("l.backward()").replace("% 4", "% k"): "k is given no number",
    "torch.optim.lr_scheduler.StepLR(optimizer, 4)": "the scheduler has no name",
    "optimizer.add_param_group({'params': head})": "changes the optimizer, and is not read",
    "adjust_learning_rate(optimizer, epoch)": "is handed the optimizer, and is not read",
    "wrapped = Lookahead(base=optimizer)": "is handed the optimizer, and is not read",
    "model.weight.grad.zero_()": "changes a gradient, and is not read",
    "[p.grad.mul_(0.5) for p in model.parameters()]": "changes a gradient, and is not read",
    "torch._foreach_mul_(grads, 0.5)": "changes a gradient, and is not read",
    STEP_LR + STEP.format("pass"): "the scheduler never steps",
    STEP_LR + STEP.format("scheduler.step()"): "so that the first rate is never used",
    STEP_LR
    + STEP.format("pass").replace("\n", "\n  ").replace("for", "for e in n:\n  for", 1)
    + "\n  scheduler.step()": "so that it counts epochs",
    "scaler.scale(l).backward()\nscaler.step(optimizer)": "a gradient scaler",
    "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, norm_type=1)": "Euclidean norm",
    "torch.nn.utils.clip_grad_norm_(model.head.parameters(), 1.0)": "write model.parameters\\(\\)",
    "for p in model.parameters():\n  p.grad *= 2": "is not read",
    "for p in model.parameters(): p.data.mul_(0.9)": "is not read",
    "for p in model.parameters():\n  p.data = p.data * 0.9": "is not read",
    "optimizer.step()\nfor p in model.parameters(): p.data.mul_(1 - 0.1)": "shortened after optim",
    "for group in optimizer.param_groups:\n  group['lr'] = 0.1 / t": "changes the optimizer's arg",
    "other = torch.optim.SGD(model.parameters(), lr=0.1)": "several optimizers",
    "with torch.autocast('cuda'):\n  optimizer.step()": "autocast rounds",
    "scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 10)": "cycle_momentum=False",
}


@pytest.mark.parametrize("lines", REFUSALS)
def test_lines_that_do_otherwise_than_they_seem_are_refused(lines):
    with pytest.raises(ValueError, match=REFUSALS[lines]):
        read_recipe(SGD + lines)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            "{'params': a, 'lr': 1.0}, {'params': b}",
            r"each by itself \(torch.optim.SGD\(lr=1.0\); ",
        ),
        ("{'params': a, 'weight_decay': 1.0}, {'params': b}", "which group are the weights"),
        (
            "{'params': weights, 'weight_decay': 1.0}, {'params': biases, 'weight_decay': 2.0}",
            "0 for the biases",
        ),
        ("weights, biases", "is no group of parameters"),
    ],
)
def test_groups_that_are_several_recipes_are_refused(groups, message):
    with pytest.raises(ValueError, match=message):
        read_recipe(f"optimizer = torch.optim.SGD([{groups}], lr=0.1)\noptimizer.step()")
