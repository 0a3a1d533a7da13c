"""Where JAX and PyTorch keep what they compiled, so that the next run need not compile it again.

JAX would keep only what takes a second to compile, and here nothing does. A folder belongs to one
package, one version of JAX and one kind of processor: code that was compiled for another processor
may end the process, and no package gets what another one compiled.
"""

import hashlib
import os
import platform
import stat
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

APPLICATION = "backprop-crosscheck"
FOLDER_VARIABLE = "JAX_COMPILATION_CACHE_DIR"
TORCH_VARIABLE = "TORCHINDUCTOR_CACHE_DIR"
# The environment under which JAX uses and keeps nothing.
NOT_CACHED = {"JAX_ENABLE_COMPILATION_CACHE": "false"}
# What JAX's warning says of a file that it cannot read.
UNREADABLE = "Error reading persistent compilation cache entry"


def jax_cache(package: str) -> dict[str, str]:
    """The environment variables under which a process keeps what JAX compiles for a package.

    Returns:
        None at all where JAX is not installed, where the user has chosen a folder already, or where
        no folder can be made that is this user's alone.
    """
    folder = None if FOLDER_VARIABLE in os.environ else _folder("jax", "jaxlib")
    if folder is None:
        return {}
    return {
        FOLDER_VARIABLE: str(folder / package),  # which JAX makes when it has something to keep
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def torch_cache() -> dict[str, str]:
    """The environment variable under which a process keeps what `torch.compile` compiles.

    By itself PyTorch keeps it in the system's temporary folder, under a name that anybody could
    have taken before.

    Returns:
        None at all where PyTorch is not installed, where the user has chosen a folder already, or
        where no folder can be made that is this user's alone.
    """
    folder = None if TORCH_VARIABLE in os.environ else _folder("torch")
    return {} if folder is None else {TORCH_VARIABLE: str(folder)}


def _folder(*libraries: str) -> Path | None:
    """A folder of this user's alone for libraries and this kind of processor; None if none is.

    Args:
        libraries: The distributions whose versions matter; the first names the folder.
    """
    try:
        kind = "-".join((*map(version, libraries), _processor()))
    except PackageNotFoundError:
        return None
    try:
        folder = user_cache_path(APPLICATION) / libraries[0] / kind
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep_private(folder)
    except (OSError, RuntimeError):  # this user may not even have a home
        return None
    return folder


def forget_unreadable(folder: str, warnings: Sequence[str]) -> list[str]:
    """Empty a folder that JAX warned of, so that the next run fills it anew.

    A process that is ended while it writes leaves half a file, which JAX neither reads nor
    replaces: it would warn of it for ever.

    Returns:
        The other warnings.
    """
    others = [line for line in warnings if UNREADABLE not in line]
    if others != list(warnings):
        with suppress(OSError):  # whoever gives such a warning, there may be no such folder
            for file in Path(folder).iterdir():
                file.unlink(missing_ok=True)
    return others


def _keep_private(folder: Path) -> None:
    """Take a folder from all but its owner: JAX executes what lies in it.

    Raises:
        PermissionError: If it belongs to somebody else.
    """
    found = folder.lstat()
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def _processor() -> str:
    """A short name of this kind of processor, by the instructions that it has."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no Linux
        lines = []
    words = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    text = f"{platform.machine()} {platform.processor()} {words}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
