"""How `crosscheck train` goes on from checkpoints, and which of them it may replace."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from crosscheck.cli.output import say
from crosscheck.frameworks.registry import Framework
from crosscheck.training.runs.checkpoints import SUFFIX, Checkpoint, CheckpointError, load
from crosscheck.training.runs.configuration import Configuration, ConfigurationError


@dataclass(frozen=True)
class Resumption:
    """What --resume names: nothing, one file for all frameworks, or a folder with one for each.

    Attributes:
        path: The file or folder, or None.
        shared: The checkpoint of a file, from which every framework goes on; else None.
        own: The checkpoints of a folder, by framework.
    """

    path: Path | None = None
    shared: Checkpoint | None = None
    own: Mapping[str, Checkpoint] = field(default_factory=dict)

    def start_of(self, framework: Framework) -> Checkpoint | None:
        """The checkpoint from which a framework goes on; None if it begins anew."""
        return self.own.get(framework.name, self.shared)

    @property
    def folder(self) -> Path | None:
        """The folder of the checkpoints, where the run that goes on keeps them up to date."""
        return self.path if self.path is None or self.shared is None else self.path.parent

    @property
    def configuration(self) -> Configuration:
        """What the runs of the checkpoints train; there has to be at least one.

        Raises:
            ConfigurationError: If they train different things.
        """
        checkpoints = self.own.values() if self.shared is None else [self.shared]
        first, *others = (checkpoint.configuration for checkpoint in checkpoints)
        if any(other != first for other in others):
            raise ConfigurationError("the checkpoints of this folder are of different runs")
        return first


def read_resumption(path: Path | None) -> Resumption:
    """Load the checkpoints that --resume names.

    Args:
        path: A file, a folder, or None for no checkpoint at all.

    Raises:
        CheckpointError: If a checkpoint cannot be read, or a folder has none.
    """
    if path is None:
        return Resumption()
    if not path.is_dir():
        return Resumption(path, shared=load(path))
    files = sorted(path.glob(f"[!.]*{SUFFIX}"))
    if not files:
        raise CheckpointError(f"{path}: holds no checkpoint (*{SUFFIX})")
    return Resumption(path, own={file.name.removesuffix(SUFFIX): load(file) for file in files})


def report_unproven(resumption: Resumption) -> None:
    """Say which checkpoints have no digest of their content, by which damage would show."""
    loaded: dict[str, Checkpoint] = dict(resumption.own)
    if resumption.shared is not None:
        loaded[str(resumption.path)] = resumption.shared
    for name, checkpoint in loaded.items():
        if not checkpoint.is_proven:
            say(
                f"warning: the checkpoint {name} was written by an earlier version, which kept no "
                "digests: whether it is as it was written cannot be told",
                err=True,
            )


def report_new_beginnings(resumption: Resumption, frameworks: Sequence[Framework]) -> None:
    """Say which frameworks find no checkpoint of their own in a folder, and so begin anew.

    Args:
        resumption: What --resume names.
        frameworks: The frameworks that are to train.

    Raises:
        CheckpointError: If none of them finds one.
    """
    if not resumption.own:
        return
    names = [each.name for each in frameworks if resumption.start_of(each) is None]
    if len(names) == len(frameworks):
        raise CheckpointError(
            f"{resumption.path} holds checkpoints of {', '.join(resumption.own)}, and none of "
            f"{', '.join(names)}: name the file to go on from"
        )
    if names:
        say(f"{resumption.path} holds no checkpoint of {', '.join(names)}: begun anew", err=True)


def protect_other_runs(
    folder: Path | None, resumption: Resumption, frameworks: Sequence[Framework]
) -> None:
    """Check that no checkpoint is replaced but by the run that goes on from it.

    Args:
        folder: Where checkpoints are to be kept, or None.
        resumption: What --resume names.
        frameworks: The frameworks that are to train.

    Raises:
        CheckpointError: If the folder has a checkpoint of another run.
    """
    if folder is None:
        return
    for framework in frameworks:
        target = folder / f"{framework.name}{SUFFIX}"
        own = resumption.path is not None and os.path.realpath(target) in (
            os.path.realpath(resumption.path),
            os.path.realpath(resumption.path / target.name),
        )
        if target.exists() and not own:
            raise CheckpointError(
                f"{target} holds another run: --resume it, or give another --checkpoint folder"
            )


def how_to_resume(
    folder: Path | None, names: Sequence[str], epochs: int | None, workers: int = 1
) -> str:
    """What to tell the person who interrupted a run.

    Args:
        folder: Where its checkpoints are kept, or None.
        names: The frameworks that --framework named.
        epochs: How many epochs it was to have.
        workers: How many workers it had.
    """
    if folder is None or not list(folder.glob(f"[!.]*{SUFFIX}")):
        return "nothing was kept" + ("" if folder else " (see --checkpoint)")
    options = "".join(f" --framework {name}" for name in names)
    options += f" --workers {workers}" if workers > 1 else ""
    return f"go on with: crosscheck train --resume {quote(str(folder))} --epochs {epochs}{options}"
