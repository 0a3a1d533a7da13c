"""What is no file, or has a strange name, where a command asks for a path."""

import os
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from trying import differences
from trying.command_lines import codes, shortened
from trying.process import command, complaint, forked

TRAIN = ["train", "--framework", "numpy", "--epochs", "1"]
READ = ["read", "mlp.forward"]
DIFF = differences.ARGUMENTS
FILES = differences.FILES
# Every option that takes a path; PATH stands for it.
PATHS = (
    [*READ, "--json", "PATH"],
    ["errata", "PATH"],
    ["check", "PATH"],
    ["check", "PATH:Network"],
    ["grade", "PATH"],
    ["grade", "--key", "PATH", "PATH"],
    ["grade", "--csv", "PATH", "PATH"],
    ["site", "PATH", "--run", "."],
    ["site", "out", "--run", "PATH"],
    ["site", "out", "--run", ".", "--document", "PATH"],
    ["site", "out", "--keep", "PATH", "--document", "nosuch"],
    ["worksheet", "PATH"],
    ["worksheet", "out", "--document", "PATH"],
    ["new", "mine", "PATH"],
    ["new", "mine", "PATH", "--from", "numpy"],
    ["new", "mine", "PATH", "--renew"],
    [*TRAIN, "--resume", "PATH"],
    [*TRAIN, "--checkpoint", "PATH"],
    [*TRAIN, "--plot", "PATH"],
    [*TRAIN, "--json", "PATH"],
    *[["PATH" if each == name else each for each in DIFF] for name in FILES],
    [*DIFF, "--json", "PATH"],
)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    place = os.getcwd()  # a socket's name is short
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(place)


def _device(name: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(f"/dev/{name}")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _link_to_fifo(path: Path) -> None:
    os.mkfifo(path.parent / "pipe")
    path.symlink_to("pipe")


def _below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file")


def _folder_with_links(path: Path) -> None:
    path.mkdir()
    for name in ("numpy.safetensors", "verification.json", "index.html", ".lock"):
        (path / name).symlink_to("/dev/zero")


WHAT: dict[str, Callable[[Path], None]] = {
    "nothing": lambda path: None,
    "a pipe": _fifo,
    "a socket": _socket,
    "/dev/zero": _device("zero"),
    "/dev/full": _device("full"),
    "/dev/null": _device("null"),
    "/dev/tty": _device("tty"),
    "a folder": Path.mkdir,
    "a folder of devices": _folder_with_links,
    "an empty file": Path.touch,
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 50) and None,
    "a link to nothing": lambda path: path.symlink_to("nosuch"),
    "a link to itself": _loop,
    "a link to a pipe": _link_to_fifo,
    "a link to a folder": lambda path: path.symlink_to("/"),
    "below a file": _below_a_file,
}
LIMIT = 60.0  # seconds: what is asked here is done in a few, of a machine that is not busy
NAMES = (b"x", b"x.toml", b"x.py", b"\xff\xfe", b"\x1b[2J", b"a\nb", b"[red]x[", b"-", b"x" * 255)


def try_path(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """Something that is no file, or has a strange name, where a path is asked for."""
    what = rng.choice(tuple(WHAT))
    parent = rng.choice((b"p", b"p", b"\xff", b"[red]", b"\x1b[2J"))
    place = os.path.join(os.fsencode(folder), parent, rng.choice(NAMES))
    os.mkdir(os.path.dirname(place))
    with suppress(OSError):  # a socket's name may be too long
        WHAT[what](Path(os.fsdecode(place)))
    path = os.fsdecode(os.path.relpath(place, os.fsencode(folder)))
    arguments = [each.replace("PATH", path) for each in rng.choice(PATHS)]
    if arguments[0] == "diff":
        differences.write_good_files(folder)  # of which the path stands for one
    outcome = forked(command(arguments), folder, limit=LIMIT)
    found = complaint(outcome, codes((arguments[0],)))
    if found is None and outcome.was_stopped:
        found = "hangs"
    return f"{what}: {shortened(arguments)}", found
