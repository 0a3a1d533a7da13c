"""Downloading the MNIST files, once, into the user's cache."""

import hashlib
import sys
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from crosscheck.training.data.idx import DataError, read_bytes

# Tried in this order; each holds the four original archives.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
CACHE = "backprop-crosscheck"


def fetch(name: str, sha256: str, mirrors: tuple[str, ...] = MIRRORS) -> Path:
    """The path of one file in the cache; downloaded, and verified, if it is not there yet.

    What does not hold what it should is thrown away again and the next mirror is asked, so that the
    cache never holds anything else.

    Args:
        name: Of the file, as on the mirrors but without ".gz".
        sha256: Of the uncompressed content.
        mirrors: Where to look, in this order.

    Raises:
        DataError: If pooch is not installed, or no mirror has the file.
    """
    try:
        import pooch
    except ImportError:
        raise DataError(
            "downloading needs pooch, which is not installed: pip install "
            "'backprop-crosscheck[data]'; or name a folder that has the files by "
            "CROSSCHECK_MNIST_DIR"
        ) from None
    pooch.get_logger().setLevel("WARNING")  # the progress bar says it already
    folder = Path(pooch.os_cache(CACHE))
    failures = []
    for mirror in mirrors:
        try:
            with _Bar(name) as bar:
                path = pooch.retrieve(
                    url=f"{mirror}{name}.gz",
                    known_hash=None,  # of the uncompressed bytes below: archives may be packed anew
                    fname=f"{name}.gz",
                    path=folder,
                    downloader=pooch.HTTPDownloader(progressbar=bar),
                )
            content = read_bytes(Path(path))
        except (OSError, ValueError) as error:  # requests' own errors are OSErrors
            failures.append(f"{mirror}: {error}")
        else:
            if hashlib.sha256(content).hexdigest() == sha256:
                return Path(path)
            failures.append(f"{mirror}: has another file of this name (sha256 differs)")
        (folder / f"{name}.gz").unlink(missing_ok=True)
    raise DataError(f"{name}: cannot be downloaded:\n  " + "\n  ".join(failures))


class _Bar:
    """A progress bar in the form that pooch asks for: total, update, reset, close."""

    def __init__(self, name: str) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
        console = Console(stderr=True)
        self._progress = Progress(
            *columns, console=console, transient=True, disable=not sys.stderr.isatty()
        )
        self._task = self._progress.add_task(name, total=None)
        self.total: int | None = None

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def update(self, size: int) -> None:
        self._progress.update(self._task, advance=size, total=self.total)

    def reset(self) -> None:
        self._progress.reset(self._task)

    def close(self) -> None:
        pass
