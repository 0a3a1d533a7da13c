"""A call is read as people have it; one that means nothing here is refused with the reason."""

import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
from crosscheck.conventions.optimizers.translating import translate_optimizer

MEANT = {
    "Adam(model.parameters(), lr=1e-3)": "torch.optim.Adam(lr=0.001)",
    "torch.optim.Adam(params=net.parameters(), lr=0.1)": "torch.optim.Adam(lr=0.1)",
    "torch.optim.SGD(params, 0.1)": "torch.optim.SGD(lr=0.1)",
    "torch.optim.SGD([p for p in net.parameters()], lr=-(-0.1))": "torch.optim.SGD(lr=0.1)",
    "optimizer = optim.Adam(net.parameters())": "torch.optim.Adam()",
    "self.opt: Any = torch.optim.Adam()": "torch.optim.Adam()",
    "optim.Adam(learning_rate=0.1)": "mlx.optimizers.Adam(learning_rate=0.1)",
    "paddle.optimizer.Adam(learning_rate=1e-3, parameters=model.parameters())": "paddle.optimizer."
    "Adam(learning_rate=0.001)",
    "optimizer.Momentum(0.1, parameters=net.parameters())": "paddle.optimizer.Momentum("
    "learning_rate=0.1)",
    "tf.keras.optimizers.Adam()": "keras.optimizers.Adam()",
    "tf.compat.v1.train.AdamOptimizer()": "tensorflow.compat.v1.train.AdamOptimizer()",
    "tf.train.AdamOptimizer()": "tensorflow.compat.v1.train.AdamOptimizer()",
    "optax.adam(1e-3*2)": "optax.adam(learning_rate=0.002)",
    "optax.sgd(0.1 + 1e-7)": "optax.sgd(learning_rate=0.10000010000000001)",
    "optax.sgd(2**-10 / 4 - 0)": "optax.sgd(learning_rate=0.000244140625)",
    "torch.optim.Adam(betas=(1 - 0.1, 0.95))": "torch.optim.Adam(betas=(0.9, 0.95))",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_call_is_read_as_it_stands_in_a_program(text):
    assert parse_call(text).text == MEANT[text]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("keras", "keras-jax"),
        ("PyTorch", "torch"),
        ("PaddlePaddle", "paddle"),
        ("tf", "tensorflow"),
        ("optax", "optax"),
    ],
)
def test_a_framework_may_be_called_by_its_usual_name(name, meant):
    if name == "keras" and stock.FRAMEWORKS[meant].missing:
        meant = "keras-torch" if not stock.FRAMEWORKS["keras-torch"].missing else meant
    assert stock.framework_named(name) == meant


def test_a_call_of_a_function_of_several_optimizers_is_the_one_that_its_arguments_make_it():
    made = {
        "optax.adam(0.1)": "adam",
        "optax.adam(0.1, nesterov=True)": "nadam",
        "optax.rmsprop(0.1)": "rmsprop",
        "optax.rmsprop(0.1, bias_correction=True)": "adam",
    }
    assert {text: parse_call(text).spec().optimizer for text in made} == made


BAD = {
    "torch.optim.Adm()": "unknown optimizer 'torch.optim.Adm': did you mean torch.optim.Adam?",
    "Adam()": "'Adam' is several: keras.optimizers.Adam, mlx.optimizers.Adam, paddle.optimizer.Ad",
    "torch.optim.Adam": "is no call: write it as torch.optim.Adam(lr=0.001)",
    "torch.optim.Adam(": "is no call",
    "": "is no call",
    "(lambda: 0)()": "is no call",
    "torch.optim.Adam(lr=f(x))": "'f(x)' is no number, True, False, None or tuple of these",
    "torch.optim.Adam(lr=__import__('os').getcwd())": "is no number",
    "torch.optim.Adam(**options)": "cannot be read, or is given twice",
    "torch.optim.Adam(0.1, lr=0.1)": "cannot be read, or is given twice",
    "torch.optim.SGD(rate=0.1)": "has no argument 'rate': known are lr, momentum, dampening",
    "torch.optim.Adam(differentiable=True)": "a reference here: what depends on the count of steps",
    "optax.amsgrad(0.1, bias_correction_mu=False)": "no reference corrects one moment alone",
    "optax.adam(0.1, eps_root=0.1)": "a second eps inside the root, beside one outside",
    "optax.rmsprop(0.1, momentum=0.9, nesterov=True)": "no reference's RMSprop looks",
    "keras.optimizers.Adam(clipnorm=1.0)": "the gradients are clipped before the optimizer has",
    "keras.optimizers.Adam(decay=0.1)": "divided the learning rate by 1 + decay t",
    "keras.optimizers.AdamW(weight_decay=None)": "weight_decay must be a number, not None",
    "optax.adam()": "optax.adam needs learning_rate",
    # Known, and not related: the reason, instead of another optimizer's name.
    "torch.optim.LBFGS(model.parameters())": "is not related to a reference here: it keeps past",
    "torch.optim.Muon()": "it orthogonalises the update of a matrix",
    "keras.optimizers.Adafactor()": "second moments by row and column",
    "optax.lamb(0.1)": "it scales the update of each layer by the norms",
    "torch.optim.Rprop()": "by whether the gradient's sign stays",
    "tf.keras.optimizers.Ftrl()": "it shrinks parameters towards 0",
    "ASGD(model.parameters())": "the parameters that it returns are means over its steps",
    # Of the same name, and another optimizer.
    "paddle.optimizer.ASGD(0.1)": "by the mean of the last gradients of all batches",
    "paddle.optimizer.Lamb(0.1)": "it scales the update of each layer by the norms",
    "paddle.optimizer.Adam(grad_clip=1.0)": "the gradients are clipped before the optimizer has",
    "torch.optim.Adam([{'params': a}, {'params': b, 'lr': 0.1}])": "groups of parameters are",
    # What the framework itself refuses is invalid.
    "torch.optim.SGD(nesterov=True)": "PyTorch itself refuses torch.optim.SGD(nesterov=True)",
    "torch.optim.Adam(foreach=True, fused=True)": "PyTorch itself refuses",
    "torch.optim.Adam(lr=2**(2**9999))": "is no number",
    "torch.optim.Adam(lr=1/0)": "'1 / 0' is no number",
    "torch.optim.Adam(lr=(-1)**0.5)": "is no number",
    "torch.optim.Adam(lr=True + 1)": "is no number",
    "optax.adam(0.1, 0.9)": "write the arguments of optax.adam with their names, but for the",
    "autograd.misc.optimizers.sgd(0.1)": "write the arguments of autograd.misc.optimizers.sgd with",
    f"torch.optim.Adam(lr={'9' * 400})": "is too large a number",
    "torch.optim.Adam(lr='fast')": "learning_rate must be a number, not 'fast'",
    "torch.optim.Adam(lr=-1.0)": "learning_rate must be in [0.0, inf), not -1.0",
    "torch.optim.Adam(betas=0.9)": "betas must be 2 numbers, not 0.9",
    "torch.optim.SGD(momentum=1.5)": "momentum must be in [0.0, 1.0), not 1.5",
    "torch.optim.SGD(lr=1e999)": "learning_rate must be in [0.0, inf), not inf",
}


@pytest.mark.parametrize("text", BAD)
def test_a_text_that_is_not_the_call_of_a_known_optimizer_is_a_clear_error(text):
    if "PyTorch itself" in BAD[text]:
        pytest.importorskip("torch", reason="PyTorch itself is asked")
    with pytest.raises((CallError, ArgumentError)) as refused:
        translate_optimizer(text, to="torch" if text.startswith("optax") else "optax")
    assert BAD[text] in str(refused.value)


def test_a_name_may_be_the_end_of_the_full_one():
    call = parse_call("nn.optim.AdamW(0.01, weight_decay=0.1)")
    assert call.text == "tinygrad.nn.optim.AdamW(lr=0.01, weight_decay=0.1)"
    call = parse_call("torch.optim.AdamW(0.01, betas=[0.9, 0.95], weight_decay=-0.1)")
    assert call.arguments == {"lr": 0.01, "betas": (0.9, 0.95), "weight_decay": -0.1}


def test_mlx_ignores_a_negative_decay_of_lion_and_not_of_the_others():
    call = parse_call("mlx.optimizers.Lion(learning_rate=0.1, weight_decay=-0.1)")
    assert call.spec() == parse_call("mlx.optimizers.Lion(learning_rate=0.1)").spec()
    turned = parse_call("mlx.optimizers.Lion(learning_rate=-0.1, weight_decay=-0.1)").spec()
    assert (turned.ascends, turned.weight_decay) == (True, 0.0)
    other = parse_call("mlx.optimizers.AdamW(learning_rate=-0.1, weight_decay=-0.1)").spec()
    assert (other.ascends, other.weight_decay) == (True, 0.1)
