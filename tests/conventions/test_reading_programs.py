"""Whole programs: what stands in functions, and names of which nobody knows what they stand for."""

import pytest

from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.recipes.reading import read_recipe

SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
STEP = (
    "for x, y in data:\n  optimizer.zero_grad()\n  loss(model(x), y).backward()\n"
    "  {}\n  optimizer.step()\n"
)
STEP_LR = "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 8)\n"
CLIP = "torch.nn.utils.clip_grad_norm_(model.parameters(), {})"
MAIN = """
import torch
from data import loader

LR, DECAY = 3e-4, 0.01


def main():
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=DECAY)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, T_STEP, gamma=0.5)
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()


if __name__ == "__main__":
    main()
"""


def indented(text):
    return "".join(f"  {line}\n" for line in text.splitlines())


def expression(text):
    return read_recipe(text).recipe.expression


def test_the_one_function_that_makes_the_optimizer_is_read_with_the_names_outside():
    assert expression(MAIN.replace("T_STEP", "8")) == (
        "decayed(adam(learning_rate=schedules.step(0.0003, every=8, factor=0.5)), "
        "schedules.step(0.0003, every=8, factor=0.5), weight_decay=0.01)"
    )
    assert expression("def main():\n  tx = optax.adam(1e-3)\nmain()") == "adam(learning_rate=0.001)"
    guarded = f'if __name__ == "__main__":\n{indented(SGD + STEP.format("pass"))}'
    assert expression(guarded) == "sgd(learning_rate=0.1)"


def test_nothing_of_a_program_is_executed(tmp_path):
    written = tmp_path / "written"
    line = f"open({str(written)!r}, 'w').close()\n"
    text = f"{line}def main():\n{indented(line + SGD)}main()\n"
    assert expression(text) == "sgd(learning_rate=0.1)"
    assert not written.exists()


TRAIN = f"def train(model, data, optimizer):\n{indented(STEP.format('pass'))}"


def test_a_function_that_steps_is_read_where_it_is_called():
    epochs = "for epoch in range(9):\n  train(model, data, optimizer)\n"
    assert expression(SGD + TRAIN + epochs) == "sgd(learning_rate=0.1)"
    shorten = f"def shorten(model):\n  {CLIP.format(2.0)}\n"
    clipped = "clipped(sgd(learning_rate=0.1), max_norm=2.0, eps=1e-06)"
    assert expression(SGD + shorten + STEP.format("shorten(model)")) == clipped
    assert expression(SGD + shorten.replace("shorten", "clip") + STEP.format("clip(model)")) == (
        clipped  # optax has a link of that name
    )


def test_an_argument_that_is_no_number_is_named_with_what_to_write():
    with pytest.raises(
        CallError, match=r"step_size: '100 \* len\(loader\)' is no number.*write in"
    ):
        read_recipe(MAIN.replace("T_STEP", "100 * len(loader)"))
    with pytest.raises(CallError, match=r"decay_steps: '10 \* n' is no number"):
        read_recipe("optimizer = optax.adam(optax.cosine_decay_schedule(0.1, 10 * n))")
    with pytest.raises(CallError, match=r"lr: 'args\.lr' is no number"):
        read_recipe(SGD.replace("0.1", "args.lr"))


NAMED = SGD.replace("0.1", "lr")
REFUSED = {
    "lr = 0.1\nlr *= 2\n" + NAMED: "lr: 'lr' is no number",
    "lr = 0.1\nfor lr in rates: pass\n" + NAMED: "lr: 'lr' is no number",
    "lr = 0.1\nif big:\n  lr = 0.4\n" + NAMED: "lr: 'lr' is no number",
    "lr = 0.1\nfor i in n:\n  lr = lr * 0.9\n" + NAMED: "lr: 'lr' is no number",
    "lr = 0.1\nwith f() as lr: pass\n" + NAMED: "lr: 'lr' is no number",
    "lr = 0.1\nfrom config import lr\n" + NAMED: "lr: 'lr' is no number",
    "lr = 0.1\ndef more():\n  global lr\n  lr = 0.7\nmore()\n" + NAMED: "lr: 'lr' is no number",
    "m = 1.0\n" + SGD + STEP.format(CLIP.format("m")) + "m = 5.0\n": "'m' is no number",
    "if adam:\n  optimizer = torch.optim.Adam(p)\nelse:\n  " + SGD: "several optimizers",
    "if a:\n  tx = optax.adam(0.1)\nelse:\n  tx = optax.sgd(0.1)\n": "tx gets several values",
    SGD + "def main():\n" + indented(SGD): r"several parts .* \(main, the lines outside\)",
    "def one():\n" + indented(SGD) + "def two():\n" + indented(SGD): r"make an .* \(one, two\)",
    "class T:\n  def fit(self):\n  " + indented(SGD): "the class T makes the optimizer",
    "def main():\n  return torch.optim.Adam(p, lr=0.1)\n": "main makes the optimizer and hands",
    "def main():\n" + indented(SGD) + "  return optimizer\n": "main makes the optimizer and hands",
    "lr = 0.1\ndef main(lr):\n" + indented(NAMED) + "main(0.5)\n": "lr is an argument of main",
    "def main():\n" + indented(NAMED) + "lr = 0.1\nmain()\nlr = 0.5\n": "lr gets several values ou",
    "lr = 1\ndef f():\n  global lr\n  lr = 7\ndef main():\n" + indented(NAMED): "`global lr` may",
    SGD + "other = optimizer\n": "`other = optimizer` hands the optimizer on",
    SGD + "pair = {'a': optimizer}\n": "hands the optimizer on",
    SGD + TRAIN + "if fast:\n  train(model, data, optimizer)\n": "`if fast` is not read",
    SGD.replace("optimizer", "opt") + TRAIN + "train(model, data, opt)\n": "call it by one name, o",
    SGD + STEP_LR + TRAIN + "for e in n:\n  train(model, data, optimizer)\n  scheduler.step()\n": (
        "so that it counts epochs"
    ),
    "m = 2.0\n" + SGD + f"def cut(m):\n  {CLIP.format('m')}\n" + STEP.format("cut(1.0)"): (
        "m is a name of cut, and has another value outside"
    ),
    "m = 2.0\n" + SGD + f"def cut():\n  m = 1.0\n  {CLIP.format('m')}\n" + STEP.format("cut()"): (
        "m is a name of cut, and has another value outside"
    ),
    SGD + f"def cut(*a):\n  {CLIP.format('1.0')}\n" + STEP.format("cut(model)"): "with stars",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_may_be_another_recipe_than_it_seems_is_refused(text):
    with pytest.raises(ValueError, match=REFUSED[text]):
        read_recipe(text)


def test_what_changes_nothing_is_no_reason_to_refuse():
    assert expression("lr, wd = 0.3, 0.2\n" + NAMED) == "sgd(learning_rate=0.3)"
    assert expression("lr = 0.1\nlr = 0.2\n" + NAMED) == "sgd(learning_rate=0.2)"
    keeps = "state = {'optimizer': optimizer.state_dict()}\n"
    assert expression(SGD + STEP.format("pass") + keeps) == "sgd(learning_rate=0.1)"
