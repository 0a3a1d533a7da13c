"""What the page about conventions explains, in Markdown: at its head and above its tables."""

HEAD = """# How stock optimizers, schedules, losses and activations relate to the references

    crosscheck conventions
    crosscheck conventions --optimizer adam --framework optax
    crosscheck translate "torch.optim.RMSprop(lr=0.01, momentum=0.9)" --to optax

Every line of the tables is a statement that `crosscheck conventions` runs if the framework is
installed; `crosscheck conventions --markdown` wrote this page. We run PaddlePaddle, TensorFlow and
tinygrad separately, and the page shows what was recorded then. The
[glossary](glossary.md) explains the words.

An optimizer makes twelve steps in float64 with gradients of several sizes: at its defaults, and
with values that show what the defaults hide (a large eps, betas that forget quickly, a learning
rate that changes). It must stay within the derived bound around the exact trajectory of the
reference with the keywords that the line gives. The column "difference" has the largest difference
from that trajectory, and in parentheses the bound. "With other arguments" says how many statements
about other arguments hold; where the optimizer is known to differ, the size of the difference
follows. `decayed(optimizer, rate, weight_decay)` is the references' weight decay. If a framework
rounds a number to float32, the reference gets the rounded number too.

A row with an argument behind its name, for example `optax.adam(nesterov=True)`, shows what the same
function computes with that argument. "With every gradient negated" means that the optimizer goes up
the gradient, and that we give the reference every gradient with the opposite sign. `maximize=True`
in PyTorch does this, and so does `optax.adadelta()` without a learning rate.

    crosscheck translate "optimizer = optim.Adam(model.parameters(), lr=1e-3)" --to optax
    crosscheck translate "optax.rmsprop(0.01)" --to pytorch

`translate` reads a call as it stands in a program, and looks for an equal call under every name:
Adam without a first moment is RMSprop with its bias corrected, and `optax.signum` is Lion with one
beta. It runs both with gradients from 1e-6 to 100 and with zeros, at a constant learning rate and
at one that changes. If no call is equal, it takes the eps that comes nearest over all these
magnitudes, and shows the difference at each magnitude. It refuses a call that its own framework
refuses. If the other optimizer has no argument for a decay, the advice below the answer says how to
add one; between PyTorch, optax and Keras `translate` then writes a chain or several lines, if these
are equal. It knows the names `LBFGS`, `Muon`, `Adafactor`, `Rprop`, `ASGD`, `Lamb` and others, but
cannot translate these optimizers, and gives the reason for each.

It also reads and writes learning-rate schedules ([schedules.md](schedules.md)) and whole training
recipes, with clipping, decays that exempt biases, and accumulation ([recipes.md](recipes.md)).

    crosscheck translate "MLPClassifier(solver='sgd', alpha=0.001)" --to torch --samples 1000

A network of scikit-learn is an optimizer, a decay and a loss at once. Its decay adds alpha W,
divided by the number of samples in the batch, to the gradient of the weights alone. So it depends
on the batch size, which `batch_size="auto"` derives from the number of samples, and on the shorter
last batch of an epoch. The answer is code for PyTorch, optax or Keras, and `translate` compares it
with the estimator by training a small network with both. It refuses L-BFGS and
`learning_rate="adaptive"`, with the reason. `MLPRegressor` reports a loss that is a mean over its
outputs, but it follows the gradient of the sum over its outputs.

`crosscheck.conventions.states` moves the state of an optimizer between the references, torch.optim,
optax, Keras and MLX. It takes trees of layers, lists and dicts, with and without biases, and also
wrapped transformations (`inject_hyperparams`, `masked`, `MultiSteps`, `apply_if_finite`). It moves
nothing between optimizers that are not equal, rounds nothing unless you ask for it, and says what
would be lost. For Adagrad, AMSGrad and NAdam you give both calls, because the meaning of their
moments depends on their arguments. To move a state into Keras or MLX you always say what made it.
Keras has the learning rate inside every velocity, and its kernels are (in, out), so the module
transposes them; MLX has the rate outside. The module does not move the rate itself: MLX keeps it as
a float32 number, and Keras in its floatx.

`crosscheck.conventions.weighting` writes class weights (`weigh_classes`, `weigh_positives`,
`balanced_class_weights`), ignored labels and smoothed labels (`smooth_labels`,
`smooth_binary_labels`) as targets and weights of samples, and says by what their sum is divided.
For labels PyTorch divides by the sum of the weights, for probabilities by the number of samples;
Keras always divides by the number of samples. The section on losses has the weighted losses
too."""

LONG_RUNS = """\
Each optimizer makes two hundred steps at its defaults. The table shows its largest error as a
fraction of its bound. An optimizer with more than 1 makes no mistake, but it is less exact than its
arrays allow, because it computes in float32 what depends on the number of steps. JAX does this
unless `jax_enable_x64` is set; with that setting the same float32 arrays stay within their bounds.
"""
PAIRS = """\
The first column has each optimizer at its defaults, or with an eps of 0 if only that can be
equal. The second column has the arguments that make another framework's optimizer equal to it.
We ran both with gradients from 1e-6 to 100 and with zeros, at a constant learning rate, and they
differ only by rounding. `crosscheck translate` tries other arguments, and says why nothing is
equal.
"""
LOSSES = """\
`z` is what a loss takes, probabilities or logits, and `y` are the targets. B is the number of
samples, K the number of outputs, p a probability, t a target, and a how much labels are smoothed.
"The reference's f" means that the loss and its gradient with respect to z equal those of f. A line
with "value" and "gradient" gives both at one point. The last column has the largest relative
difference from what the line says, and in parentheses what rounding allows. If a framework computes
something in float32, the difference must lie in the interval.
"""
ACTIVATIONS = """\
As for losses: "the reference's f" means that the value and the gradient equal those of f, and the
other lines give both at one point. Many of these points are kinks, where each framework chooses a
slope of its own.
"""
INITIALISERS = """\
Each tensor of a new layer is measured twice: its largest entry shows the bound of a uniform or
truncated distribution, and its standard deviation shows the scale. The last column says how far the
measured number is from the stated one, as a fraction of it, and in parentheses what chance allows
(but for one seed in 10^10). A truncated normal distribution ends at two standard deviations of the
normal one; CUT, 0.88, is its standard deviation if the normal one has 1.
"""
ESTIMATORS = """\
Each estimator trains a small network for three epochs, and the NumPy reference trains the same one.
The line says with which optimizer the reference gets the same parameters, and what `loss_` is.
"""
INTRODUCTIONS = {
    "loss": LOSSES,
    "activation": ACTIVATIONS,
    "initializer": INITIALISERS,
    "estimator": ESTIMATORS,
}
