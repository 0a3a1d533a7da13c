"""Folders of pages: after whatever ends the writing, the earlier or the new pages stand."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crosscheck.cli import interrupts
from crosscheck.report.site.folders import SiteError, where_earlier, write_folder

MOVE = Path.replace
NAMES = ("index.html", "made-by-crosscheck", "mine.txt")


def write(folder, content):
    write_folder(folder, lambda new: (new / "index.html").write_text(content) and None)


@pytest.fixture
def earlier(tmp_path):
    folder = tmp_path / "site"
    write(folder, "earlier")
    (folder / "mine.txt").write_text("dear")
    return folder


def moves_that_fail(monkeypatch, *failing):
    """Let moves fail: each is a number of a move, before or after it, and an exception."""
    made = []

    def move(path, target):
        made.append(path.name)
        for number, when, error in failing:
            if (number, when) == (len(made), "before"):
                raise error
        found = MOVE(path, target)
        for number, when, error in failing:
            if (number, when) == (len(made), "after"):
                raise error
        return found

    monkeypatch.setattr(Path, "replace", move)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "error", [interrupts.Ended(2), KeyboardInterrupt(), OSError(28, "No space left on device")]
)
def test_after_any_interrupt_pages_stand_and_nothing_else(
    earlier, monkeypatch, number, when, error
):
    moves_that_fail(monkeypatch, (number, when, error))
    expected = SiteError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write(earlier, "new")
    monkeypatch.setattr(Path, "replace", MOVE)
    is_new = (number, when) in ((2, "after"), (3, "before"), (3, "after"))
    assert (earlier / "index.html").read_text() == ("new" if is_new else "earlier")
    assert sorted(path.name for path in earlier.iterdir()) == sorted(NAMES)
    assert where_earlier(earlier) == ""
    write(earlier, "newer")  # which removes what may have been left aside
    assert [path.name for path in earlier.parent.iterdir()] == ["site"]
    assert (earlier / "mine.txt").read_text() == "dear"


def test_where_they_cannot_be_put_back_the_message_says_where_they_are(earlier, monkeypatch):
    full = OSError(28, "No space left on device")
    moves_that_fail(monkeypatch, (2, "before", full), (3, "before", full))
    with pytest.raises(
        SiteError, match=r"No space left on device; the earlier pages are in .*"
    ) as e:
        write(earlier, "new")
    monkeypatch.setattr(Path, "replace", MOVE)
    aside = Path(str(e.value).partition("pages are in ")[2])
    assert (aside / "index.html").read_text() == "earlier"
    assert where_earlier(earlier) == f"the earlier pages are in {aside}"
    interrupts.begin()
    interrupts.advise(lambda: where_earlier(earlier))
    assert interrupts.message().startswith(f"interrupted; the earlier pages are in {aside}")
    write(earlier, "new")
    assert interrupts.message() == "interrupted"
    interrupts.begin()


KILLED = (
    "import os, signal, sys; from pathlib import Path\n"
    "from crosscheck.report.site.folders import write_folder\n"
    "move = Path.replace\n"
    "def killed(path, target):\n"
    "    move(path, target)\n"
    "    os.kill(os.getpid(), signal.SIGKILL)\n"
    "Path.replace = killed\n"
    "write_folder(Path(sys.argv[1]), lambda new: (new / 'index.html').write_text('new') and None)"
)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has SIGKILL")
def test_whoever_writes_next_finds_what_a_killed_process_moved_away(earlier):
    found = subprocess.run([sys.executable, "-c", KILLED, str(earlier)], check=False)
    assert found.returncode == -signal.SIGKILL
    assert not earlier.exists()
    write(earlier, "newer")
    assert (earlier / "mine.txt").read_text() == "dear"


def test_what_is_in_the_way_and_somebody_elses_stays(earlier):
    aside = earlier.parent / ".site.earlier"
    aside.mkdir()
    (aside / "letter.txt").write_text("dear")
    with pytest.raises(SiteError, match=r"\.site\.earlier is in the way: move it elsewhere"):
        write(earlier, "new")
    assert (aside / "letter.txt").read_text() == "dear"
    assert (earlier / "index.html").read_text() == "earlier"
