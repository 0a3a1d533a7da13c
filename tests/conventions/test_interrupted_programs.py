"""Lines that a program may leave out or repeat are refused, and the values of such are unknown."""

import pytest

from crosscheck.conventions.recipes.reading import read_recipe

SGD = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr={})\n"
LOOP = (
    "for x, y in data:\n  optimizer.zero_grad()\n  loss(model(x), y).backward()\n"
    "  optimizer.step()\n"
)
STEP = "  optimizer.step()\n"


def expression(text):
    return read_recipe(text).recipe.expression


def indented(text):
    return "".join(f"  {line}\n" for line in text.splitlines())


VALUES = {
    "try:\n  lr = 0.1\nexcept E:\n  lr = 0.5\n",
    "try:\n  from config import lr\nexcept E:\n  lr = 0.5\n",
    "lr = 0.1\ntry:\n  f()\n  lr = 0.5\nexcept E:\n  pass\n",
    "lr = 0.1\ntry:\n  f()\nexcept* E:\n  lr = 0.5\n",
    "lr = 0.1\ntry:\n  f()\nexcept KeyboardInterrupt:\n  lr = 0.5\n",
    "lr = 0.1\ntry: f()\nexcept E as lr: pass\n",
    "lr = 0.1\nwith suppress(E):\n  lr = 0.5\n",
    "lr = 0.1\nmatch x:\n  case 1: lr = 0.5\n",
    "lr = 0.1\nmatch x:\n  case lr: pass\n",
    "lr = 0.1\nmatch x:\n  case [*lr]: pass\n",
    "lr = 0.1\nmatch x:\n  case {'a': 1, **lr}: pass\n",
    "def change():\n  global lr\n  lr = 5\nlr = 0.1\nchange()\n",
    "lr = 0.1\nfrom config import *\nimport torch\n",
}


@pytest.mark.parametrize("lines", sorted(VALUES))
def test_a_value_that_may_or_may_not_stand_is_unknown(lines):
    with pytest.raises(ValueError, match="lr: 'lr' is no number"):
        read_recipe(lines + SGD.format("lr"))


def test_a_list_of_which_items_change_is_unknown():
    text = "betas = [0.9, 0.99]\n{}\nimport torch\no = torch.optim.Adam(p, lr=0.1, betas=betas)\n"
    assert expression(text.format("pass")) == "adam(learning_rate=0.1, b2=0.99)"
    for line in ("betas[0] = 0.5", "betas.reverse()"):
        with pytest.raises(ValueError, match="betas: 'betas' is no number"):
            read_recipe(text.format(line))


@pytest.mark.parametrize(
    "lines",
    [
        "try:\n  lr = 0.1\nfinally:\n  f()\n",
        "try:\n  lr = 0.1\nexcept KeyboardInterrupt:\n  save()\n",
        "lr = 0.5\ntry:\n  f()\nexcept E:\n  pass\nfinally:\n  lr = 0.1\n",
        "lr = 0.1\nfrom math import *\n",
    ],
)
def test_a_value_that_stands_for_certain_is_read(lines):
    assert expression(lines + SGD.format("lr")) == "sgd(learning_rate=0.1)"


INSTEAD = {
    # what stands in the place of the optimizer's step in its loop
    "  try:\n    optimizer.step()\n  except E: pass\n": "line 7: `optimizer.step\\(\\)` stands",
    "  try: pass\n  except KeyboardInterrupt: optimizer.step()\n": "under a `try ... except`",
    "  with suppress(E): optimizer.step()\n": "stands under a `with`",
    "  match k:\n    case 1: optimizer.step()\n": "stands under a `match`",
    "  if (i + 1) % 4 == 0: pass\n  else: optimizer.step()\n": "stands under a `else`",
    "  if (i + 1) % 4 == 0 or late: optimizer.step()\n": "is not read: write `if",
    "  if (i + 1) % 4 == 0:\n    if (j + 1) % 2 == 0: optimizer.step()\n": "is not read: write `if",
    "  if i % 2: continue\n" + STEP: "line 6: the lines behind `if i % 2:` do not always run",
    "  if a:\n    if b: continue\n" + STEP: "line 6: the lines behind `if a:` do not always run",
    "  continue\n" + STEP: "the lines behind `continue` do not always run",
    "  for k in range(3): optimizer.step()\n": "stands in another loop than optimizer.step",
    "  for p in model.parameters(): optimizer.step()\n": "in a loop over model.parameters",
    "  optimizer.zero_grad()\n" + STEP: "stands between backward\\(\\) and optimizer.step",
    "  [optimizer.step() for _ in range(3)]\n": "it may run its calls or not, or often",
    "  optimizer.step() if i else None\n": "it may run its calls or not, or often",
    "  i and optimizer.step()\n": "it may run its calls or not, or often",
    "  assert optimizer.step() is None\n": "it may run its calls or not, or often",
    "  while optimizer.step(): pass\n": "is not read where it stands",
    "  for k in range(3): optimizer.zero_grad()\n" + STEP: "stands between backward",
    "  clip_grad_norm_(critic.parameters(), 1.0)\n" + STEP: "is of critic, and optimizer moves th",
    "  for p in critic.parameters(): p.grad.clamp_(-1.0, 1.0)\n" + STEP: "is of critic, and opt",
    STEP + "  other.step()\n": "other steps, and is no scheduler of the text",
    "  for n, p in model.named_parameters(): p.data.mul_(0.9)\n" + STEP: "is not read",
}


@pytest.mark.parametrize("lines", INSTEAD)
def test_a_step_that_may_be_left_out_or_repeated_is_refused(lines):
    with pytest.raises(ValueError, match=INSTEAD[lines]):
        read_recipe(SGD.format(0.1) + LOOP.replace(STEP, lines))


ONE = "def one(x):\n" + indented(LOOP.partition("\n")[2])
CALLS = "for x, y in data: one(x)\n"
PADDLE = (
    "import paddle\nopt = paddle.optimizer.SGD(0.1, parameters=model.parameters())\n"
    "for x in data:\n  f(x).backward()\n{}  opt.clear_grad()\n"
)
STEP_LR = "s = torch.optim.lr_scheduler.StepLR({}, 5)\n"
WHOLE = {
    SGD.format(0.1) + f"try:\n{indented(LOOP)}except E: pass\n": "`for x, y in data:` stands under",
    SGD.format(0.1) + "optimizer.zero_grad()\n" + LOOP.replace("  optimizer.zero_grad()\n", ""): (
        "zero_grad\\(\\) stands in another loop"
    ),
    SGD.format(0.1) + LOOP.replace("backward()", "backward(w)"): "has arguments that are not read",
    SGD.format(0.1) + ONE + CALLS + "def one(x): pass\n": "one gets several values",
    SGD.format(0.1) + ONE + "one = other\n" + CALLS: "one gets several values",
    SGD.format(0.1) + "@twice\n" + ONE + CALLS: "line 3: `@twice` may change what one does",
    SGD.format(0.1) + ONE + "def two(x): one(x)\nif late: two(x)\n": "`if late` is not read",
    f"if __name__ != '__main__':\n{indented(SGD.format(0.1) + LOOP)}": "is not read",
    SGD.format(0.1) + "both = [torch.optim.SGD(p, lr=3)]\n" + LOOP: "several optimizers",
    "import keras\nif a:\n  m.compile(keras.optimizers.SGD(0.1))\nelse:\n"
    "  m.compile(keras.optimizers.Adam(0.1))\n": "several optimizers",
    "import keras\ntry:\n  o = keras.optimizers.SGD(0.1)\nexcept E:\n"
    "  o = keras.optimizers.Adam(0.1)\n": "o gets several values",
    SGD.format(0.1) + LOOP.replace("optimizer.zero", "critic.zero"): "is of critic, and optimizer",
    SGD.format(0.1) + "for x in d:\n  for k in n:\n    optimizer.zero_grad()\n    f(x).backward()\n"
    "  optimizer.step()\n": "zero_grad\\(\\) stands in another loop",
    SGD.format(0.1) + "for k in n: f(x).backward()\nfor x in d:\n  optimizer.zero_grad()\n"
    "  optimizer.step()\n": r"to the gradients \(backward\) stands in another loop",
    SGD.format(0.1) + STEP_LR.format("other") + LOOP + "  s.step()\n": "is a scheduler of other",
    SGD.format(0.1) + STEP_LR.format("optimizer") + LOOP + "  s.step()\n" * 2: "more often",
    SGD.format(0.1) + STEP_LR.format("optimizer") + LOOP + "  for k in n: s.step()\n": "more often",
    SGD.format(0.1) + "for optimizer in all: optimizer.step()\n": "several optimizers",
    SGD.format(0.1) + LOOP.replace("grad()", "grad"): "the method may be called elsewhere",
    "import keras\no = keras.optimizers.SGD(0.1)\nm.compile(optimizer='adam')": "takes another",
    "import keras\no = keras.optimizers.SGD(0.1)\nm.compile(make())": "takes another optimizer",
    "import keras\nkeras.mixed_precision.set_global_policy('mixed_float16')\n"
    "o = keras.optimizers.SGD(0.1)": "line 2: .* rounds what is computed and scales the loss",
    "import optax\na = optax.chain(optax.sgd(0.1))\nb = optax.adam(0.1)": "several optimizers",
    "import optax\na = optax.sgd(0.1)\nb = optax.GradientTransformation(a.init, f)": (
        "is a transformation of the program's own"
    ),
    PADDLE.format("  try: opt.step()\n  except E: pass\n"): "a condition round the step of Paddle",
    PADDLE.format("  try: pass\n  except E: opt.step()\n"): "a condition round the step of Paddle",
    PADDLE.format("  if i % 2: continue\n  opt.step()\n"): "a condition round the step of Paddle",
}


@pytest.mark.parametrize("text", WHOLE)
def test_a_program_that_does_not_make_each_update_is_refused(text):
    with pytest.raises(ValueError, match=WHOLE[text]):
        read_recipe(text)


HONEST = [
    "for x in d:\n  optimizer.zero_grad()\n  for k in n: f(x).backward()\n  optimizer.step()\n",
    f"try:\n{indented(LOOP)}except KeyboardInterrupt:\n  print('stopped')\n",
    f"try:\n{indented(LOOP)}finally:\n  torch.save(optimizer.state_dict(), 'x')\n",
    f"with SummaryWriter() as writer:\n{indented(LOOP)}",
    f"for epoch in range(3):\n{indented(LOOP)}  losses.append(3)\n",
    LOOP + "  if i % 100 == 0:\n    print(i)\n",
    LOOP + "  if i > most:\n    break\n",
    LOOP.replace("  optimizer.z", "  if x is None:\n    continue\n  optimizer.z"),
    "match mode:\n  case 'test': print(1)\n" + LOOP,
    "try:\n  optimizer.load_state_dict(torch.load('x'))\nexcept FileNotFoundError: pass\n" + LOOP,
    ONE + CALLS,
    "@torch.compile\n" + ONE + CALLS,
    LOOP.replace("backward()", "backward(retain_graph=True)"),
]


@pytest.mark.parametrize("lines", HONEST)
def test_what_leaves_every_update_as_it_is_is_read(lines):
    assert expression(SGD.format(0.1) + lines) == "sgd(learning_rate=0.1)"
