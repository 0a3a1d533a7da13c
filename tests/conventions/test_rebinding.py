"""Programs that give a framework's names, or an optimizer, another meaning are refused."""

import pytest

from crosscheck.conventions.recipes.reading import read_recipe
from crosscheck.conventions.schedules.reading import is_schedule, read_schedule

SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
ADAM = "optimizer = Adam(model.parameters(), lr=0.1)\n"
LOOP = (
    "for x, y in data:\n  optimizer.zero_grad()\n  loss(model(x), y).backward()\n"
    "  optimizer.step()\n"
)
CLIP = LOOP.replace(
    "  optimizer.step", "  clip_grad_norm_(model.parameters(), 1.0)\n  optimizer.step"
)
STEP_LR = "sched = torch.optim.lr_scheduler.StepLR(optimizer, 5)\n"
PADDLE = (
    "import paddle\nopt = paddle.optimizer.SGD(0.1, parameters=model.parameters())\n"
    "for x in data:\n  f(x).backward()\n  opt.step()\n  opt.clear_grad()\n"
)


def expression(text):
    return read_recipe(text).recipe.expression


def pytorch(lines):
    """The lines in the middle of a program of PyTorch: `...` is where it makes its optimizer."""
    before, _, after = lines.partition("...\n")
    return f"import torch\n{before}{SGD}{after}{LOOP}"


NAMES = {
    # what stands above the optimizer, and what it is made by: the words of the message
    ("class Adam: pass", ADAM): "line 2: `class Adam:` gives Adam a meaning of its own",
    ("def Adam(*a, **k): pass", ADAM): r"`def Adam\(\*a, \*\*k\):` is the program's own",
    ("from mylib import Adam", ADAM): "line 2: by `from mylib import Adam` Adam of line 3 is mylib",
    ("from . import Adam", ADAM): r"`from \. import Adam`",
    ("from torch.optim import Adam\nAdam = MyAdam", ADAM): "line 3: by `Adam = MyAdam`",
    ("from torch.optim import SGD as Adam", ADAM): r"is torch.optim.SGD, which is not read as",
    ("if x:\n  from torch.optim import Adam\nelse:\n  from a import Adam", ADAM): "line 5: by",
    ("try:\n  from apex import Adam\nexcept E:\n  from torch.optim import Adam", ADAM): "apex.Adam",
    ("from torch.optim import Adam\nmatch k:\n  case Adam: pass", ADAM): "line 4: `case Adam:`",
    ("from torch.optim import Adam\nfor Adam in all: pass", ADAM): "line 3: `for Adam in all:`",
    (
        "from torch.optim import Adam\ndef f():\n  global Adam\n  Adam = M()",
        ADAM,
    ): "`Adam = M",
    ("from torch.optim import Adam\nfrom lib import *", ADAM): r"`from lib import \*` may replace",
    (
        "import mylib as torch",
        SGD,
    ): "by `import mylib as torch` torch.optim.SGD of line 3 is my",
    ("from lib import *", SGD): r"line 2: `from lib import \*` may replace torch.*above the import",
    ("def make(torch):\n  return 1", "def main(torch):\n  " + SGD): r"`def main\(torch\):` gives",
    ("import bnb\ntorch.ones(3)", SGD.replace("torch", "bnb")): "is bnb.optim.SGD, which is not",
    ("torch.manual_seed(0)", SGD.replace("torch", "bnb")): "not known to be PyTorch's SGD: write",
    ("from m import StepLR\n" + SGD, "sched = StepLR(optimizer, 5)\n"): "m.StepLR, which is not",
    ("from m import clip_grad_norm_\n" + SGD, CLIP): "m.clip_grad_norm_, which is not read",
    ("def clip_grad_norm_(p, m): pass\n" + SGD, CLIP): "write torch.nn.utils.clip_grad_norm_",
    ("def print(o): pass\n" + SGD, "print(optimizer)\n"): "gives print a meaning of its own",
    ("wrap(torch.optim.SGD)", SGD): "is handed torch.optim.SGD, which it may change",
    ("wrap(torch.optim)", SGD): "is handed torch.optim, which it may change",
}


@pytest.mark.parametrize("lines", NAMES, ids=" ".join)
def test_a_name_of_a_framework_that_may_be_the_programs_own_is_refused(lines):
    with pytest.raises(ValueError, match=NAMES[lines]):
        read_recipe("import torch\n" + "\n".join(lines))


REPLACED = {
    "torch.optim.SGD = Mine\n...\n": "line 2: `torch.optim.SGD = Mine` is not read, because it re",
    "torch.optim.SGD.step = other\n...\n": "replaces a part of torch: call your own by a name",
    "nn.utils.clip_grad_norm_ = other\n...\n": "replaces a part of nn",
    "for torch.optim.SGD in [Mine]: pass\n...\n": "replaces a part of torch",
    "(torch.optim.SGD, x) = Mine, 3\n...\n": "replaces a part of torch",
    "t = torch\nt.optim.SGD = Mine\n...\n": "replaces a part of t",
    "kind = torch.optim.SGD\nkind.step = other\n...\n": "line 3: `kind.step = other` .* replaces",
    "torch.__dict__['optim'] = mine\n...\n": "gives access to every name",
    "import sys\nsys.modules['torch'] = mine\n...\n": "sys.modules gives access to every name",
    "from sys import modules\nmodules['torch'] = mine\n...\n": "may replace what other lines read",
    "import builtins\nbuiltins.range = mine\n...\n": "may replace what other lines read",
    "__import__('torch').optim.SGD = Mine\n...\n": "may replace what other lines read",
    "...\noptimizer.step = other\n": "line 3: `optimizer.step = other` .* it changes the optimizer",
    "...\noptimizer.zero_grad = lambda: None\n": "it changes the optimizer: leave it out",
    "...\noptimizer.defaults = {}\n": "it changes the optimizer: leave it out",
    "...\ndel optimizer.state\n": "it changes the optimizer",
    "...\noptimizer.__class__ = Mine\n": "it changes the optimizer",
    "...\ntype(optimizer).step = other\n": "may replace what other lines read",
    "...\nmodel.parameters = other\n": "it replaces the method parameters: give the method another",
    "...\nmodel.zero_grad = lambda: None\n": "it replaces the method zero_grad",
    "...\ntorch.Tensor.backward = other\n": "it replaces a part of torch",
    "...\nstep = optimizer.step\n": r"may be called elsewhere: call optimizer.step\(\)",
    "...\noptimizer.param_groups[0]['lr'] = 5\n": "arguments as it goes: write a scheduler",
    "...\nif late:\n  for g in optimizer.param_groups: g['lr'] = 5\n": "line 4: `g\\['lr'\\] = 5`",
    "...\ng = optimizer.param_groups[0]\ng.update(lr=5)\n": "may change what the optimizer keeps",
    "...\noptimizer.param_groups.append(more)\n": "may change what the optimizer keeps",
    "...\noptimizer.state.clear()\n": "may change what the optimizer keeps",
    "...\n" + STEP_LR + "sched.base_lrs = [3]\n": "`sched.base_lrs = \\[3\\]` is not read",
}
CALLS = {
    "exec('x = 1')": "exec may give any name another value: write the lines it runs",
    "eval('f()')": "eval may give any name another value",
    "e = exec": "exec may give any name another value",
    "globals()['torch'] = mine": "globals may give any name another value",
    "locals()['optimizer'] = mine": "locals may give any name another value",
    "vars(torch.optim)['SGD'] = mine": "is not read",
    "vars()['torch'] = mine": "is not read",
    "vars(optimizer)": "may give any name another value",
    "vars(x).update(step=1)": "may give any name another value",
    "setattr(torch.optim, 'SGD', mine)": "line 3: `setattr.* is handed torch.optim, which",
    "setattr(optimizer, 'step', mine)": "may replace what other lines read",
    "delattr(optimizer, 'step')": "may replace what other lines read",
    "object.__setattr__(optimizer, 'step', mine)": "may replace what other lines read",
    "mock.patch.object(torch.optim.SGD, 'step', mine)": "handed torch.optim.SGD, which it may",
    "patch('torch.optim.SGD.step', mine).start()": "it replaces what other lines read",
    "p.register_hook(f)": "line 3: `p.register_hook` .* may change each gradient as it is computed",
    "p.register_post_accumulate_grad_hook(f)": "may change each gradient as it is computed",
    "optimizer.register_step_pre_hook(f)": "may change each gradient as it is computed",
    "model.register_full_backward_hook(f)": "may change each gradient as it is computed",
    "hook = p.register_hook": "may change each gradient as it is computed",
    "getattr(p, 'register_hook')(f)": "the method is not called by its name",
    "from lib import register_full_hook": "may change each gradient as it is computed",
    "g = p.grad\ng *= 2": "it changes a gradient",
    "grads = [p.grad for p in ps]\nfor g in grads: g.mul_(2)": "`g.mul_.*changes a gradient",
    "torch.mul(g, 2, out=p.grad)": "it changes a gradient",
    "if bad:\n  p.grad = None": "changes a gradient, and is not read",
    "if late: adjust(optimizer)": "is handed the optimizer, and is not read",
    "for b in wrap(optimizer): pass": "is handed the optimizer, and is not read",
}
REPLACED |= {f"...\n{call}\n": words for call, words in CALLS.items()}


@pytest.mark.parametrize("lines", REPLACED)
def test_what_replaces_a_part_of_a_framework_or_of_the_optimizer_is_refused(lines):
    with pytest.raises(ValueError, match=REPLACED[lines]):
        read_recipe(pytorch(lines))


OTHERS = {
    "import keras\nclass Adam: pass\nopt = Adam(0.1)": "`class Adam:` gives Adam a meaning",
    "import keras\nimport tfa\nx = keras.ops.abs(3)\nopt = tfa.optimizers.AdamW(0.1)": "tfa.optim",
    "import tensorflow as tf\nopt = tf.keras.optimizers.legacy.Adam(0.1)": "write keras.optim",
    "import keras\nopt = keras.optimizers.Adam(0.1)\nopt.learning_rate = 3": "changes the op",
    "import keras\nopt = keras.optimizers.Adam(0.1)\nopt.learning_rate.assign(3)": "as it goes",
    "import keras\nmodel.compile(keras.optimizers.Adam(0.1))\nmodel.optimizer.lr = 3": "after co",
    "import keras\nopt = keras.optimizers.Adam(0.1)\ndef f(o): o.lr = 3\nf(opt)": "may change",
    "import keras\nopt = keras.optimizers.Adam(0.1)\nK.set_value(opt.lr, 3)": "changes the optim",
    "import keras\nopt = Lookahead(keras.optimizers.Adam(0.1))": "is handed the optimizer",
    "import keras\na = keras.optimizers.Adam(0.1)\nb = keras.optimizers.Adam(0.2)": "several opti",
    "import keras\nopt = keras.optimizers.Adam(0.1)\nc = keras.callbacks.ReduceLROnPlateau()": (
        "changes the learning rate as it goes: write a schedule"
    ),
    "import optax\noptax.adam = mine\ntx = optax.adam(0.1)": "replaces a part of optax",
    "import optax\nfrom mylib import adam\ntx = adam(0.1)\ny = optax.l2_loss(x)": "mylib.adam, w",
    "import mylib as optax\ntx = optax.adam(0.1)": "mylib.adam, which is not read as optax's adam",
    "import optax\ndef clip(x): pass\nc = clip(1.0)\ntx = optax.chain(c, optax.adam(0.1))": (
        "`clip\\(1.0\\)` calls clip, which the program defines"
    ),
    "import optax\nfrom lib import clip\ntx = optax.chain(clip(1.0), optax.adam(1))": "calls clip",
    "import optax\ntx = wrap(optax.adam(0.1))": "is handed the optimizer, and is not read",
    "import optax\ntx = optax.adam(0.1)\ntx = tx._replace(update=f)": "of the optimizer is not",
    "import optax\na = optax.adam(0.1)\nb = optax.adam(0.2)": "the text has several optimizers",
    PADDLE + "opt.step = other\n": "line 7: `opt.step = other` is not read",
    PADDLE + "paddle.optimizer.SGD.step = other\n": "replaces a part of paddle",
    "from lib import SGD\n" + PADDLE.replace("paddle.optimizer.SGD", "SGD"): "lib.SGD, which is",
    "import paddle\nfrom lib import ClipGradByNorm\n"
    "opt = paddle.optimizer.SGD(0.1, grad_clip=ClipGradByNorm(1.0))": "lib.ClipGradByNorm, which",
}


@pytest.mark.parametrize("text", OTHERS)
def test_the_other_frameworks_are_read_as_strictly(text):
    with pytest.raises(ValueError, match=OTHERS[text]):
        read_recipe(text)


def test_the_line_is_that_of_the_whole_text():
    body = "".join(f"  {line}\n" for line in (SGD + "optimizer.step = f").splitlines())
    with pytest.raises(ValueError, match=r"line 5: `optimizer\.step = f`"):
        read_recipe(f"\n\ndef main():\n{body}\nmain()\n")


HONEST = [
    "class Net(nn.Module):\n  def step(self): self.step = 0\n  def forward(self): pass\n...\n",
    "import torch.optim as optim\nfrom torch import nn\nimport torch.nn.functional as F\n...\n",
    "from lib import *\nimport torch\n...\n",
    "from torch.optim import *\n...\n",
    "torch.backends.cudnn.benchmark = True\ntorch.backends.cuda.matmul.allow_tf32 = True\n...\n",
    "try:\n  import wandb\nexcept ImportError:\n  wandb = None\n...\n",
    "args = parser.parse_args()\nsetattr(args, 'x', 3)\nargs.step = 4\nprint(vars(args))\n...\n",
    "class C:\n  def __init__(self, **k):\n    self.__dict__.update(k)\n    self.lr = 3\n...\n",
    "...\nif args.resume:\n  optimizer.load_state_dict(torch.load('x'))\n",
    "...\ndef eval(model): return model(x)\neval(model)\n",
    "...\n@torch.no_grad()\ndef evaluate(model):\n  return model(x)\nprint(evaluate(model))\n",
    "...\ntracker.step = 0\nfor i in n: tracker.step = i\n",
    "...\nlr = optimizer.param_groups[0]['lr']\nprint(lr, optimizer)\n",
    "...\nmodel.fc.weight.requires_grad = False\nmodel.fc = torch.nn.Linear(3, 2)\n",
    "...\nnorm = sum(p.grad.norm() for p in ps)\nnorm += 3\ng = p.grad.clone()\ng.mul_(3)\n",
    "...\ndef save(optimizer, path): torch.save(optimizer.state_dict(), path)\n"
    "if best: save(optimizer, 'x')\n",
    "...\nisinstance(x, torch.optim.SGD)\ndef f(o: torch.optim.SGD): return o\n",
    "...\ndef train(model, optim): return optim\n",
]


@pytest.mark.parametrize("lines", HONEST)
def test_what_is_common_and_changes_nothing_is_read(lines):
    assert expression(pytorch(lines)) == "sgd(learning_rate=0.1)"


ORIGINS = {
    "from torch.optim import Adam\nopt = Adam(p, lr=0.1)": "adam(learning_rate=0.1)",
    "from torch import optim\nopt = optim.Adam(p, lr=0.1)": "adam(learning_rate=0.1)",
    "import torch as th\nopt = th.optim.Adam(p, lr=0.1)": "adam(learning_rate=0.1)",
    "import torch\noptim = torch.optim\nopt = optim.Adam(p, lr=0.1)": "adam(learning_rate=0.1)",
    "import torch\noptim = torch.optim.Adam(p)\noptim.zero_grad()": "adam(learning_rate=0.001)",
    "from optax import adam, chain, clip\ntx = chain(clip(1.0), adam(0.1))": (
        "clipped(adam(learning_rate=0.1), max_value=1.0)"
    ),
    # A function named as a link of optax is none, where it stands outside of the chain.
    "import optax\ndef clip(x): return x\ntx = optax.adam(0.1)\ny = clip(3)": (
        "adam(learning_rate=0.1)"
    ),
    "import optax\nopt = nnx.Optimizer(model, optax.adam(0.1))": "adam(learning_rate=0.1)",
    "from paddle.optimizer import SGD\n" + PADDLE: "sgd(learning_rate=0.1)",
}
KERAS = (
    "from keras.optimizers import Adam\nmodel.compile(optimizer=Adam(0.001), loss='mse')",
    "from keras import optimizers\nmodel.compile(optimizers.Adam(0.001))",
    "import tensorflow as tf\nkeras = tf.keras\nopt = keras.optimizers.Adam(0.001)",
    "from tensorflow import keras\nopt = keras.optimizers.Adam(0.001)\nmodel.compile(opt)",
)
ORIGINS |= dict.fromkeys(KERAS, "adam(learning_rate=0.001, eps=1e-07, eps_place='hat')")


@pytest.mark.parametrize("text", ORIGINS)
def test_a_framework_is_known_by_any_usual_import(text):
    assert expression(text) == ORIGINS[text]


@pytest.mark.parametrize(
    "line",
    ["from lib import StepLR", "from torch.optim.lr_scheduler import ConstantLR as StepLR"],
)
def test_a_schedule_by_itself_is_known_by_its_import(line):
    text = "\nStepLR(optimizer, 5)"
    known = read_schedule(f"from torch.optim.lr_scheduler import StepLR{text}")
    assert known.row.name == "torch.optim.lr_scheduler.StepLR"
    assert is_schedule(line + text)
    with pytest.raises(ValueError, match=f"line 1: by `{line}` what is called may be another"):
        read_schedule(line + text)


def test_a_module_that_is_replaced_makes_no_schedule():
    with pytest.raises(ValueError, match="by `import lib as torch` what is called may be another"):
        read_schedule("import lib as torch\ntorch.optim.lr_scheduler.StepLR(optimizer, 5)")
