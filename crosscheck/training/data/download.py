"""Downloading the files of MNIST, once, into the user's cache."""

import hashlib
import sys
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from crosscheck.training.data.idx import DataError, read_bytes

# Asked in this order; each has the four original archives.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
CACHE = "backprop-crosscheck"


def fetch(name: str, sha256: str, mirrors: tuple[str, ...] = MIRRORS) -> Path:
    """Download one file, unless the cache has it already.

    A file with another content is removed again and the next mirror is asked, so that the cache
    never keeps a wrong file.

    Args:
        name: The name of the file on the mirrors, without ".gz".
        sha256: The sha256 of its uncompressed content.
        mirrors: The addresses to ask, in this order.

    Returns:
        The path of the file in the cache.

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
    pooch.get_logger().setLevel("WARNING")  # the progress bar shows the download already
    folder = Path(pooch.os_cache(CACHE))
    failures = []
    for mirror in mirrors:
        try:
            with _Bar(name) as bar:
                path = pooch.retrieve(
                    url=f"{mirror}{name}.gz",
                    known_hash=None,  # a mirror may have compressed the same bytes differently
                    fname=f"{name}.gz",
                    path=folder,
                    downloader=pooch.HTTPDownloader(progressbar=bar),
                )
            content = read_bytes(Path(path))
        except (OSError, ValueError) as error:  # the errors of requests are OSErrors
            failures.append(f"{mirror}: {error}")
        else:
            if hashlib.sha256(content).hexdigest() == sha256:
                return Path(path)
            failures.append(f"{mirror}: has another file of this name (sha256 differs)")
        (folder / f"{name}.gz").unlink(missing_ok=True)
    raise DataError(f"{name}: cannot be downloaded:\n  " + "\n  ".join(failures))


class _Bar:
    """A progress bar with the interface that pooch expects: total, update, reset, close."""

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
