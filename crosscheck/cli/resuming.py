"""How `crosscheck train` goes on from checkpoints, and which of them it replaces."""

import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

import click

from crosscheck.frameworks.registry import Framework
from crosscheck.training.runs.checkpoints import SUFFIX, Checkpoint, CheckpointError, load


def starting_points(path: Path | None) -> dict[str, Checkpoint]:
    """The checkpoints to go on from, by framework; one that is for all of them under ''."""
    if path is None:
        return {}
    if path.is_file():
        return {"": load(path)}
    found = {file.name.removesuffix(SUFFIX): file for file in sorted(path.glob(f"[!.]*{SUFFIX}"))}
    if not found:
        raise CheckpointError(f"{path}: holds no checkpoint (*{SUFFIX})")
    return {name: load(file) for name, file in found.items()}


def say_who_begins_anew(
    path: Path | None, starts: dict[str, Checkpoint], frameworks: Sequence[Framework]
) -> None:
    """Who finds no checkpoint of its own in a folder starts from the beginning, but not in silence.

    Raises:
        CheckpointError: If nobody finds one.
    """
    if "" in starts:
        return
    anew = [framework.name for framework in frameworks if framework.name not in starts]
    if starts and len(anew) == len(frameworks):
        raise CheckpointError(
            f"{path} holds checkpoints of {', '.join(starts)}, and none of {', '.join(anew)}: "
            "name the file to go on from"
        )
    if starts and anew:
        click.echo(f"{path} holds no checkpoint of {', '.join(anew)}: begun anew", err=True)


def overwrite_nothing(
    folder: Path | None, resumed: Path | None, frameworks: Sequence[Framework]
) -> None:
    """A checkpoint is replaced by the run that goes on from it, and by no other."""
    for framework in frameworks if folder else ():
        target = Path(folder or "") / f"{framework.name}{SUFFIX}"
        own = resumed is not None and os.path.realpath(target) in (
            os.path.realpath(resumed),
            os.path.realpath(resumed / target.name),
        )
        if target.exists() and not own:
            raise CheckpointError(
                f"{target} holds another run: --resume it, or give another --checkpoint folder"
            )


def how_to_go_on(folder: Path | None, chosen: Sequence[str], epochs: int) -> str:
    """What to say to whom interrupted a run."""
    if folder is None or not list(folder.glob(f"[!.]*{SUFFIX}")):
        return "nothing was kept" + ("" if folder else " (see --checkpoint)")
    names = "".join(f" --framework {name}" for name in chosen)
    return f"go on with: crosscheck train --resume {quote(str(folder))} --epochs {epochs}{names}"


def folder_of(path: Path) -> Path:
    """Where the run goes on that a path names: a folder, or one of its files."""
    return path.parent if path.is_file() else path
