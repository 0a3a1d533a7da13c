"""What of a text in Chinese is still English: whole words, but for code, names and numbers."""

import re

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.report.wrapping import WIDE

# What Python says of an error, up to the end of the sentence.
ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Warning|Exit)\b(?:: [^；。）\n]*)?")
# A call or a list of names in code.
CODE = re.compile(r"[\w.]+\([^()]*\)|\((?:[\w.]+, )+[\w.]*\)")
# Between these stands one word or one piece of code; in backquotes and quotes there is code.
QUOTED = re.compile(r"`[^`\n]*`|'[^'\n]*'|\"[^\"\n]*\"")
BETWEEN = re.compile(rf"[\s,;:…·“”‘’│┃─━{WIDE}]+")
WORD = re.compile(r"[A-Z]?[a-z]+(?:[-'’][a-z]+)*")
# Names that Chinese texts write in Latin letters as well.
NAMES = {
    *(*ACTIVATIONS, *LOSSES, *STATES),
    *("numpy", "torch", "jax", "autograd", "mlx", "python", "keras", "optax", "tinygrad"),
    *("crosscheck", "logits", "ulp", "eps", "rho", "beta", "dtype"),
    *("argmax", "exp", "log", "erf", "max", "sign"),
    *("Adam", "Adagrad", "Nesterov", "Glorot", "Borel", "Leaky", "Robbins-Monro", "Werbos"),
    *("Lion", "Signum", "Python", "Keras", "Jupyter", "None"),
    *("mean", "sum", "nan", "inf", "identity"),
}


def english(text, names=()):
    """The English words in a text.

    Args:
        text: Some lines.
        names: What else is a name there, such as the functions of a file.
    """
    left = {*NAMES, *names}
    found = []
    text = ERROR.sub(" ", QUOTED.sub(" ", text))
    nested = True
    while nested:  # from the innermost call on
        text, nested = CODE.subn(" ", text)
    for token in BETWEEN.split(text):
        word = token.strip("()[].!?（）")
        if len(word) > 1 and WORD.fullmatch(word) and word not in left:
            found.append(word)
    return found
