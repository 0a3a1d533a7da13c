"""Altered files: checkpoints, images, documents; and calls to translate."""

import gzip
import json
import os
import random
import struct
from functools import cache, partial
from pathlib import Path

import numpy as np

from crosscheck.frameworks.registry import load
from crosscheck.numerics.trees import Layer
from crosscheck.training.data.idx import DataError, read_idx
from crosscheck.training.runs import checkpoints
from crosscheck.training.runs.configuration import Configuration
from trying.command_lines import HOSTILE, codes, shortened
from trying.process import Outcome, command, complaint, forked

DOCUMENTS = Path(__file__).parent.parent / "documents" / "own"
LIMIT = 20.0  # seconds
# What stands in a file in the place of something else.
VALUES = (
    *(
        "{}",
        "[]",
        "[[]]",
        "0",
        "-1",
        "1.5",
        "true",
        "nan",
        "inf",
        '""',
        '"x"',
        "null",
        "1979-05-27",
    ),
    *("9" * 20, "9" * 400, '"' + "9" * 400 + '"', '"1e999999999"', '"[red]"', '"\\u001b[2J"'),
    *('["0.5"]', '"<script>planted()</script>"', "[" * 2000, '"' + "x" * 10_000 + '"', '"nan"'),
)
CALLS = (
    "torch.optim.Adam(lr=0.1, weight_decay=0.01)",
    "optax.adam(0.1, b1=0.8)",
    "keras.optimizers.RMSprop(learning_rate=0.1, rho=0.8)",
    "mlx.optimizers.AdamW(learning_rate=0.1, betas=[0.8, 0.99])",
    "autograd.misc.optimizers.sgd(step_size=0.1, mass=0.8)",
    "MLPClassifier(hidden_layer_sizes=(5,), solver='adam', alpha=0.01)",
)
PLANTED = (
    "__import__('os').system('touch planted')",
    "open('planted', 'w')",
    "(lambda: open('planted', 'w'))()",
    "[open(n, 'w') for n in ['planted']]",
    "f\"{open('planted', 'w')}\"",
    "().__class__.__base__.__subclasses__()",
)


def try_checkpoint(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """A checkpoint in which something was altered: it must not load."""
    how = rng.choice((_flipped, _cut, _overwritten, _of_other_header, _doubled))
    content = how(rng, _checkpoint())
    if content == _checkpoint() or _content(content) == _content(_checkpoint()):
        return "nothing altered", None
    (folder / "x.safetensors").write_bytes(content)
    arguments = ["train", "--framework", "numpy", "--epochs", "1", "--resume", "x.safetensors"]
    outcome = forked(command(arguments), folder, limit=LIMIT)
    return how.__name__, _refusal(outcome, "train", "x.safetensors")


def try_image(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """A file of images in which something was altered: an array of just its bytes, or a message."""
    content = _images(rng)
    how = rng.choice((_flipped, _cut, _overwritten, _doubled))
    altered = how(rng, content)
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(altered)
    if rng.random() < 0.2:  # by the command, which knows the digests of the files
        arguments = ["train", "--framework", "numpy", "--data", "mnist", "--epochs", "1"]
        run = partial(_with_images, folder, arguments)
        return f"{how.__name__}, train", _refusal(
            forked(run, folder, limit=LIMIT), "train", "train-images"
        )
    outcome = forked(partial(_read_images, path), folder, limit=LIMIT)
    return how.__name__, complaint(outcome, {0})


def try_document(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """A document's file in which something was altered: judged, or refused at its place."""
    text = rng.choice(_documents())
    how = rng.choice((_line_gone, _line_twice, _value_changed, _value_changed, _word_changed))
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        text = how(rng, text)
    (folder / "notes.toml").write_text(text, encoding="utf-8", errors="surrogatepass")
    arguments = ["errata", "notes.toml", *rng.choice(([], ["--all"], ["--json", "-"]))]
    outcome = forked(command(arguments), folder, limit=LIMIT)
    found = complaint(outcome, codes(("errata",)), is_json="--json" in arguments)
    if found is None and outcome.code == 2 and b"notes.toml" not in outcome.err:
        found = f"the file is not named: {outcome.err[-200:]!r}"
    return how.__name__, found


def try_translation(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """A call in which something was altered: nothing of it may be executed."""
    call = rng.choice(CALLS)
    for _ in range(rng.choice((1, 1, 2))):
        call = _call_changed(rng, call)
    if "\0" in call or not call.isprintable():
        call = call.encode(errors="replace").decode().replace("\0", "")
    arguments = ["translate", call, "--to", rng.choice(("torch", "optax", "sklearn", "keras-jax"))]
    outcome = forked(command(arguments), folder, limit=60)
    found = complaint(outcome, codes(("translate",)))
    if (folder / "planted").exists():
        found = "the call was executed"
    return shortened(arguments), found


def _refusal(outcome: Outcome, name: str, file: str) -> str | None:
    """What is wrong with how a file was refused."""
    found = complaint(outcome, codes((name,)))
    if found is None and outcome.code != 2:
        return "an altered file loads"
    if found is None and file.encode() not in outcome.err:
        return f"the file is not named: {outcome.err[-200:]!r}"
    return found


# ----- what is altered -----


@cache
def _checkpoint() -> bytes:
    configuration = Configuration(layers=(64, 3, 10), activations=("tanh", "sigmoid"))
    start = configuration.start(load("numpy", "reference_numpy"))
    zeros = tuple(Layer(*(leaf * 0 for leaf in layer)) for layer in start)
    names, _ = checkpoints.moments_of(configuration)
    moments = {name.removeprefix("state."): zeros for name in names}
    numbers = dict.fromkeys(checkpoints.NUMBERS, 0.5)
    history = ({"framework": "numpy", **numbers},)
    whole = checkpoints.Checkpoint(configuration, start, moments, 45, history, {"numpy": "2"})
    path = Path("written.safetensors").absolute()
    try:
        checkpoints.save(path, whole)
        return path.read_bytes()
    finally:
        path.unlink()


def _content(content: bytes) -> object:
    """A checkpoint's header, however it is written down, and its bytes; None if it is none."""
    try:
        (size,) = struct.unpack("<Q", content[:8])
        return json.loads(content[8 : 8 + size]), content[8 + size :]
    except (ValueError, struct.error):
        return content


def _images(rng: random.Random) -> bytes:
    shape = (rng.randrange(1, 5), 28, 28)
    content = struct.pack(">4B3I", 0, 0, 8, 3, *shape) + rng.randbytes(int(np.prod(shape)))
    return gzip.compress(content) if rng.random() < 0.5 else content


def _read_images(path: Path) -> None:
    """Read a file: a message, or as many bytes as it says."""
    try:
        found = read_idx(path)
    except DataError as error:
        if str(path) in str(error):
            return
        raise
    content = path.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    assert content.endswith(found.tobytes())
    assert len(content) == 4 + 4 * found.ndim + found.size


def _with_images(folder: Path, arguments: list[str]) -> None:
    os.environ["CROSSCHECK_MNIST_DIR"] = str(folder)
    command(arguments)()


@cache
def _documents() -> tuple[str, ...]:
    return tuple(path.read_text("utf-8") for path in sorted(DOCUMENTS.glob("*.toml")))


# ----- how -----


def _flipped(rng: random.Random, content: bytes) -> bytes:
    bit, altered = rng.randrange(8 * len(content)), bytearray(content)
    altered[bit // 8] ^= 1 << bit % 8
    return bytes(altered)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _overwritten(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(min(len(content), rng.choice((16, 4000, 10**9))))
    other = rng.randbytes(rng.choice((1, 4, 100)))
    return content[:place] + other + content[place + len(other) :]


def _doubled(rng: random.Random, content: bytes) -> bytes:
    one, other = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:other] + content[one:]


def _of_other_header(rng: random.Random, content: bytes) -> bytes:
    """A header in which one value is another, and which is a header all the same."""
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    own = json.loads(header["__metadata__"]["crosscheck"])
    if rng.random() < 0.6:
        replace_one(rng, own)
        header["__metadata__"]["crosscheck"] = json.dumps(own)
    else:
        replace_one(rng, header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + size :]


OTHERS = (None, True, -1, 0, 1.5, "", "x", [], {}, 10**20, 10**400, float("nan"), "[red]x[/]")


def replace_one(rng: random.Random, tree: object) -> None:
    """Replace one value in a tree of objects and lists, or remove it."""
    places = [(tree, key) for key in _keys(tree)]
    for holder, key in places:
        below = holder[key]  # type: ignore[index]
        places += [(below, inner) for inner in _keys(below)]
    if places:
        holder, key = rng.choice(places)
        if rng.random() < 0.2:
            del holder[key]  # type: ignore[attr-defined]
        else:
            holder[key] = rng.choice(OTHERS)  # type: ignore[index]


def _keys(tree: object) -> list[object]:
    if isinstance(tree, dict):
        return list(tree)
    return list(range(len(tree))) if isinstance(tree, list) else []


def _line_gone(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return "".join(lines)


def _line_twice(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return "".join(lines)


def _value_changed(rng: random.Random, text: str) -> str:
    """Another value in the place of one after an equals sign."""
    lines = text.splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if " = " in line]
    place = rng.choice(places)
    key = lines[place].partition(" = ")[0]
    lines[place] = f"{key} = {rng.choice(VALUES)}\n"
    return "".join(lines)


def _word_changed(rng: random.Random, text: str) -> str:
    """Another word in the place of a short piece of the text."""
    place = rng.randrange(len(text))
    piece = rng.choice([*HOSTILE[:60], *VALUES, text[: rng.randrange(20)]])
    return text[:place] + piece + text[place + rng.randrange(8) :]


def _call_changed(rng: random.Random, call: str) -> str:
    if rng.random() < 0.5 and "=" in call:  # one keyword's value
        before, _, rest = call.partition(rng.choice([c for c in "=(" if c in call]))
        sign = call[len(before)]
        return before + sign + rng.choice((*PLANTED, *HOSTILE)) + rest[rng.randrange(6) :]
    place = rng.randrange(len(call) + 1)
    return call[:place] + rng.choice((*PLANTED, *HOSTILE)) + call[place + rng.randrange(4) :]
