"""Files for `crosscheck diff` that are altered, or hold tensors that nobody expects."""

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tensor_sets import KIND, computed, start

from trying.command_lines import HOSTILE, codes
from trying.process import command, complaint, forked

LIMIT = 60.0  # seconds: a comparison takes a few, of a machine that is not busy
A, B, BEGIN, NETWORK, NAMES = FILES = (
    *("a.safetensors", "b.safetensors", "start.safetensors"),
    *("network.toml", "names.json"),
)
ARGUMENTS = ["diff", A, B, "--network", NETWORK, "--inputs", BEGIN, "--map", NAMES]
DTYPES = ("float64", "float32", "float16", "int64", "uint8", "bool")
STRANGE = (np.nan, np.inf, -np.inf, 1e300, -1e-310, 0.0, 1e38)


@cache
def good_files() -> dict[str, bytes]:
    """Files of two sets that differ by rounding, by their names."""
    begin = start(sizes=(3, 2, 4, 3), batch=4)
    lists = ", ".join(f'"{name}"' for name in KIND["activations"])
    texts = {
        NETWORK: f'[network]\nactivations = [{lists}]\nloss = "{KIND["loss"]}"\n',
        NAMES: json.dumps({"grad.0.weight": "grad.0.weight"}),
    }
    of_sets = {A: computed(begin, "float32"), B: computed(begin), BEGIN: begin}
    return {name: text.encode() for name, text in texts.items()} | {
        name: _written(tensors) for name, tensors in of_sets.items()
    }


def write_good_files(folder: Path) -> None:
    """Write them into a folder."""
    for name, content in good_files().items():
        (folder / name).write_bytes(content)


def try_tensor_set(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """Two sets, one file of which was altered: compared, or refused at its place."""
    write_good_files(folder)
    name = rng.choice(FILES)
    how = rng.choice(ALTERATIONS[name.endswith(".safetensors")])
    (folder / name).write_bytes(how(rng, good_files()[name]))
    arguments = [*ARGUMENTS, *rng.choice(([], ["--dtype-b", "bfloat16"], ["--json", "-"]))]
    outcome = forked(command(arguments), folder, limit=LIMIT)
    found = complaint(outcome, codes(("diff",)), is_json="--json" in arguments)
    if found is None and outcome.was_stopped:
        found = "hangs"
    places = (name.encode(), b"--map") if name == NAMES else (name.encode(),)
    if found is None and outcome.code == 2 and not any(each in outcome.err for each in places):
        found = f"the file is not named: {outcome.err[-300:]!r}"
    return f"{name}: {how.__name__}", found


# ----- what is altered -----


def _flipped(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _doubled(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + content


def _word_changed(rng: random.Random, content: bytes) -> bytes:
    """A word of a text, or of the header of a set, becomes something hostile."""
    words = (b"sigmoid", b"tanh", b"softmax_cross_entropy", b"activations", b"network", b"weight")
    words += (b"F32", b"F64", b"shape", b"data_offsets", b"z1", b"delta3", b"[4,", b"grad.0", b"[")
    word = rng.choice([each for each in words if each in content])
    return content.replace(word, rng.choice(HOSTILE).encode("utf-8", "replace"), 1)


def _of_other_numbers(rng: random.Random, content: bytes) -> bytes:
    """A set some of whose numbers are very large or small, infinite or none."""
    tensors: dict[str, Any] = _read(content)
    for name in rng.sample(sorted(tensors), rng.choice((1, 1, 2, 4))):
        tensors[name] = _strange(rng, tensors[name])
    return _written(tensors)


def _of_other_tensors(rng: random.Random, content: bytes) -> bytes:
    """A set whose tensors have other numbers, shapes, dtypes or names."""
    tensors: dict[str, Any] = _read(content)
    for name in rng.sample(sorted(tensors), rng.choice((1, 1, 2, 4))):
        tensor = np.array(tensors.pop(name))
        for change in rng.sample((_strange, _reshaped, _of_dtype), rng.choice((1, 1, 2))):
            tensor = change(rng, tensor)
        names = (name, name, name, "loss", "inputs", "z9", f"params.{'9' * 30}.bias", "", "x.T")
        tensors[rng.choice((*names, rng.choice(HOSTILE).encode("utf-8", "replace").decode()))] = (
            tensor
        )
    return _written(tensors)


def _strange(rng: random.Random, tensor: np.ndarray) -> np.ndarray:
    tensor = tensor.copy()
    if tensor.size and tensor.dtype.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            tensor.flat[rng.randrange(tensor.size)] = rng.choice(STRANGE)
    return tensor


def _reshaped(rng: random.Random, tensor: np.ndarray) -> np.ndarray:
    shapes = ((-1,), (1, -1), (-1, 1), (1, 1, -1), tensor.shape[::-1])
    changed = tensor.reshape(rng.choice(shapes))
    return rng.choice((changed, changed, np.atleast_1d(changed)[:0], tensor.T, np.array(0.5)))


def _of_dtype(rng: random.Random, tensor: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", over="ignore"):
        return tensor.astype(rng.choice(DTYPES))


OF_TEXTS = (_flipped, _cut, _doubled, _word_changed, _word_changed)
OF_SETS = (_flipped, _cut, _doubled, _word_changed, *[_of_other_tensors, _of_other_numbers] * 3)
# By whether the file is one of tensors.
ALTERATIONS: tuple[tuple[Callable[[random.Random, bytes], bytes], ...], ...] = (OF_TEXTS, OF_SETS)


def _read(content: bytes) -> dict[str, np.ndarray]:
    from safetensors.numpy import load

    found: dict[str, np.ndarray] = load(content)
    return found


def _written(tensors: dict[str, np.ndarray]) -> bytes:
    with TemporaryDirectory() as folder:
        whole = {name: np.array(each, order="C") for name, each in tensors.items()}
        save_file(whole, f"{folder}/x")
        return Path(folder, "x").read_bytes()
