"""What the names that people give their arrays, arguments and methods stand for."""

import re
from collections.abc import Iterable, Sequence

Path = tuple[str | int, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Methods and functions by what they do, the likeliest name first.
FORWARD = _words(
    "forward feedforward feed_forward forward_pass forward_prop forwardprop forward_propagation "
    "forward_propagate propagate_forward model_forward L_model_forward fprop fwd net network model "
    "run compute evaluate call query predict_proba apply predict __call__"
)
LOSS = _words(
    "loss compute_loss calculate_loss calc_loss loss_fn loss_function get_loss cost compute_cost "
    "calculate_cost calc_cost cost_function cost_fn objective criterion error compute_error "
    "mse mse_loss cross_entropy cross_entropy_loss bce binary_cross_entropy nll J"
)
VALUE_AND_GRAD = _words(
    "value_and_grad loss_and_grad loss_and_grads loss_and_gradients loss_and_gradient "
    "compute_loss_and_grads value_and_gradients cost_and_grad cost_and_grads loss_grad "
    "forward_backward forward_and_backward"
)
BACKWARD = _words(
    "backward backprop back_prop backpropagation back_propagation back_propagate backpropagate "
    "backward_pass backward_prop backward_propagation propagate_backward L_model_backward "
    "model_backward bprop bwd compute_gradients compute_gradient compute_grads compute_grad "
    "calculate_gradients calc_gradients calculate_grads get_gradients get_grads gradients gradient "
    "grads grad grad_fn loss_grad loss_gradient cost_prime cost_function_prime dloss"
)
# What changes the parameters at once; the last ones may also run for many epochs.
TRAIN_STEP = _words(
    "train_step training_step train_on_batch step_train train_batch update_mini_batch partial_fit "
    "learn train_once one_step train fit gradient_descent_step gradient_descent sgd_step"
)
UPDATE = _words(
    "update update_params update_parameters update_weights apply_gradients apply_grads "
    "apply_gradient optimize optimizer_step gradient_step sgd_update step descend"
)
INIT = _words(
    "init_params initialize_parameters init_parameters initialize_params initialise_parameters "
    "initialise_params initialize_parameters_deep init_weights initialize_weights init_network "
    "initialize_network make_params create_params random_params get_params init initialize "
    "initialise init_mlp_params init_net build_params new_params setup"
)
# What else may be one of them, by a part of its name.
LIKE_FORWARD = r"forward|feed|predict|propag(?!.*back)|hypothesis|infer"
LIKE_LOSS = r"loss|cost|entropy|mse|objective"
LIKE_BACKWARD = r"back|grad|bprop|deriv"
LIKE_TRAIN = r"train|fit|learn|step|descent|update|optim"
# The derivative of a loss with respect to the outputs, which a backward pass may begin with.
LOSS_SLOPE = re.compile(
    r"(\w*loss|cost|mse|bce|ce|\w*cross_entropy|error)_?(grad|gradient|prime|deriv\w*|backward|delta)"
    r"|(d|grad|deriv\w*)_?(of_)?_?(\w*loss|cost|mse|bce|ce|\w*cross_entropy)"
)
PARAMS = _words("params parameters theta weights model net network nn p w")

# Arguments by what they take.
ROLES: dict[str, str] = {
    "params": r"params?|parameters?|theta|weights|model|net|network|mlp|w_?b|wts|ps",
    "X": r"x(_?(batch|train|data|in|i|b|s|test|input))?|xs|inputs?|"
    r"input_?(data|batch|array|list|x)|inputs_list|data|features?|inp|in_?data|a_?0|batch_?x|images?|samples?|"
    r"train(ing)?_(set_|data_)?(inputs?|x)|"
    r"train_?x|examples?",
    "y": r"y(_?(batch|train|data|true|i|b|s|label|real|target|test|onehot|one_hot))?|ys|t|tt|"
    r"targets?|targets_list|labels?|true|batch_?y|expected(_output)?|actual|desired|gt|truth|"
    r"train(ing)?_(set_|data_)?(outputs?|targets?|labels?|y)|"
    r"train_?y|target_?(output|data|batch)|ground_truth|one_?hot(_y)?|classes",
    "output": r"outputs?|out|o|y_?hat|yh|y_?(pred|p|out|output)|preds?|predictions?|predicted|"
    r"probs?|p|al|a|logits?|scores?|estimates?|network_output|results?|final_output|hypothesis|h|"
    r"activation|a_?l(ast)?|a_?out|output_activations",
    "cache": r"caches?|memory|store|forward_cache|intermediates?|saved|activations|ctx|context|"
    r"tape|acts|hidden_states|trace|cached?|fwd|layer_outputs",
    "grads": r"grads?|gradients?|derivatives?|nabla|deltas?|gs?",
    "slope": r"(grad|d|delta|gradient)_?(out|outputs?|values?|loss|y|a|al|l|top|next)|dvalues|"
    r"output_?(grad|gradient|error|delta)|loss_?(grad|gradient)|upstream(_grad(ient)?)?|"
    r"dl_?d?(y|out|a)?\w*|error|err|grad",
    "rate": r"lr|learning_?rate|epsilon|l_rate|rate|alpha|eta|step_?size|learn_rate|lrate|gamma|"
    # of one layer, or of weights alone
    r"(lr|learning_?rate|l_?rate|eta|step_?size)_?"
    r"(\d|w\d?|b\d?|weights?|bias(es)?|h|hidden|o|out(put)?|in(put)?)",
    "one": r"epochs?|n_?epochs?|num_?epochs?|n_?iters?|num_?iter(ation)?s?|iterations?|iters?|"
    r"(number_of|num|n)_(training_)?(iterations|epochs|iters|steps)|"
    r"steps?|n_?steps?|max_?iters?|number_of_iterations",
    "batch": r"m|batch_?size|n_?samples?|num_?samples?|num_?examples|mini_?batch_?size|n",
    "zero": r"lambda?_?d?|reg|regularization|l2|weight_?decay|reg_?lambda|momentum|beta|dropout|"
    r"keep_rate|verbose|print_cost|debug",
    "pairs": r"mini_?batch|batch|training_data|train_data|pairs",
}
_ROLES = {role: re.compile(pattern) for role, pattern in ROLES.items()}

# Attributes in which a network keeps the samples that it was constructed with.
INPUTS_AT = re.compile(r"x|inputs?|x_train|input_data|data|features|training_inputs|a_?0")
TARGETS_AT = re.compile(r"y|t|targets?|labels?|y_train|y_true|expected|training_outputs|desired")
RATES_AT = re.compile(ROLES["rate"])
EPOCHS_AT = re.compile(ROLES["one"])
# What may be a rate, and may as well be the strength of a penalty or a decay.
_PERHAPS_RATES = re.compile(r"alpha|gamma|epsilon")
# What stands for a further weight or bias beside W and b.
_LETTERS = {"u": "weight", "v": "weight", "c": "bias", "d": "bias"}

_OTHERS = re.compile(
    r"(^|_)(m|v|s|vel|mom|ema|mean|var|old|prev|best|last|acc|accum|history)_?d?[wb](?=\d|_|$)"
    r"|velocit|moment|cache|prev|best|adam|delta|change|history|running|optim|sum_|total"
)
_GRADIENT = re.compile(
    r"^d_?(w|b|theta|kernel|k|u|v|param)|^d$|grad|nabla|^g_?[wb]\d*|_d[wb]|^dj|^dc_?d|^dl_?d"
)
_WEIGHT = re.compile(
    r"^ws?(?=[\d_]|$)|^w[a-z]{1,2}$|weight|kernel|^theta(?!.*b)|^syn|coef|_ws?\d*$|^w\d*"
)
_BIAS = re.compile(r"bias|^bs?(?=[\d_]|$)|^b[a-z]{1,2}$|_bs?\d*$|intercept|offset")
_PRE = re.compile(
    r"^(z|s|net|pre|zs)s?(?=[\d_\[]|$)|pre_?act|logit|_in$|_input$|_z$|^in_|weighted|^u\d|sum"
)
_OUTPUT = re.compile(
    r"^(y_?hat|y_?pred|outputs?|out|o|preds?|predictions?|probs?|al|a_?out|final_outputs?|"
    r"output_layer\w*|probabilities|predicted_output|y_?out)$"
)
_DELTA = re.compile(r"^(d_?z|delta|deltas|d_?zs)_?s?\d*$|^(\w+_)?delta(_\w+)?$")


def role_of(argument: str) -> str | None:
    """What an argument takes: "X", "y", "params" ..., or None if its name tells nothing."""
    low = argument.lower().strip("_")
    if argument in ("A", "AL"):
        return "output"
    return next((role for role, pattern in _ROLES.items() if pattern.fullmatch(low)), None)


def rates_among(names: Iterable[str]) -> set[str]:
    """Those that name a learning rate: alpha only where no other name says it better."""
    found = {name: name.lower().strip("_") for name in names}
    found = {name: word for name, word in found.items() if RATES_AT.fullmatch(word)}
    sure = {name for name in found if not is_perhaps_rate(name)}
    return sure or {*found}


def is_perhaps_rate(name: str) -> bool:
    """Whether a name is that of a rate or of another number: alpha."""
    return _PERHAPS_RATES.fullmatch(name.lower().strip("_")) is not None


def last_word(path: Path) -> str:
    """The last word of a path in small letters: "dw1" for ("grads", "dW1")."""
    return next((each.lower() for each in reversed(path) if isinstance(each, str)), "")


def in_words(path: Path) -> str:
    """A path in words: "params.W1", "layers[0].W"."""
    if not path:
        return "the array itself"
    first, *rest = path
    text = str(first) if isinstance(first, str) else f"its [{first}]"
    return text + "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in rest)


def is_gradient(path: Path) -> bool:
    """Whether a name is that of a gradient: dW1, grads["W1"], grad_weights, nabla_b."""
    return any(isinstance(each, str) and _GRADIENT.search(each.lower()) for each in path)


def is_other(path: Path) -> bool:
    """Whether a name is that of what an optimizer keeps beside the parameters, or the like."""
    around = any(isinstance(each, str) and each.lower() in ("m", "v", "s") for each in path[:-1])
    return around or any(isinstance(each, str) and _OTHERS.search(each.lower()) for each in path)


def kind_of(path: Path) -> str | None:
    """What a parameter or its gradient is by its name: "weight" or "bias"; else None."""
    for each in reversed(path):
        if not isinstance(each, str):
            continue
        word = _bare(each)
        if _BIAS.search(word) and not word.startswith("w"):
            return "bias"
        if _WEIGHT.search(word):
            return "weight"
        if word in _LETTERS:
            return _LETTERS[word]
    return None


def key_of(path: Path) -> tuple[str | None, str]:
    """What a parameter and its gradient have in common in their names.

    ("weight", "1") for W1, weights1, dW1, grads["W1"] and grad_weights_1; ("weight", "0") for
    layers[0].W and nabla_w[0]; ("bias", "hidden") for bias_hidden and d_bias_hidden.
    """
    kind = kind_of(path)
    rest = re.sub(r"weights?|kernel|bias(es)?|theta|syn|coef", "", _bare(last_word(path)))
    rest = re.sub(r"^[wb]s?(?=[\d_]|$)|_[wb]s?(?=\d*$)|^[wb](?=[a-z]{1,2}$)", "", rest).strip("_")
    numbers = [str(each) for each in path if isinstance(each, int)]
    return kind, "_".join([*numbers, *([rest] if rest else [])])


def _bare(word: str) -> str:
    """A name without what marks a gradient."""
    low = word.lower()
    low = re.sub(r"gradients?|grads?|nabla|delta|derivatives?", "", low)
    low = re.sub(
        r"^_*d(c|j|l)?_?d?_?(?=[wb]|theta|kernel|[uv]\d*$)|^g_?(?=[wb]\d*$)", "", low.strip("_")
    )
    return re.sub(r"_+", "_", low).strip("_")


def is_pre_activation(path: Path) -> bool:
    """Whether a name is that of z = W a + b: z1, Z2, zs[0], hidden_input."""
    return bool(_PRE.search(last_word(path)))


def is_output(path: Path) -> bool:
    """Whether a name says that it is what the network returns: output, y_hat."""
    return bool(_OUTPUT.search(last_word(path)))


def is_delta(path: Path) -> bool:
    """Whether a name is that of dC/dz: delta2, dZ1, deltas[0], output_delta."""
    return bool(_DELTA.search(last_word(path)))


def first_of(names: Sequence[str], known: Sequence[str], like: str = "") -> list[str]:
    """Those of `names` that are in `known`, in the order of `known`: the likeliest first.

    Args:
        names: The names of what there is.
        known: What is looked for.
        like: A pattern: the names in which it is found follow.
    """
    small = {each.lower(): each for each in reversed(names)}
    found = [small[each.lower()] for each in known if each.lower() in small]
    further = [each for each in names if like and re.search(like, each.lower())]
    return [*found, *(each for each in further if each not in found)]
