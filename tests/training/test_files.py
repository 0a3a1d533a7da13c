"""Files are written whole or not at all, and nothing is left beside them."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from crosscheck.report.json_files import write_json
from crosscheck.training.files import LockedError, sole_writer, whole_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are files as POSIX has them")


def write(path, content=b"new"):
    with whole_file(path) as file:
        file.write(content)


def killed(opened, path):
    """Let a process open something and be killed before it closes it."""
    text = (
        "import os, pathlib, signal, sys; from crosscheck.training import files;"
        "context = getattr(files, sys.argv[1])(pathlib.Path(sys.argv[2])); context.__enter__();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    found = subprocess.run([sys.executable, "-c", text, opened, str(path)], check=False)
    assert found.returncode == -signal.SIGKILL


def write_slowly(path):
    with whole_file(path) as file:
        file.write(b"new")
        time.sleep(0)  # fails in the block, where it is made to


def test_the_old_content_stays_until_the_block_ends(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failing", ["time.sleep", "os.fsync", "os.replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_the_old_file_stays_and_nothing_else_does(
    tmp_path, monkeypatch, failing, error
):
    def fail(*arguments):
        raise error

    path = tmp_path / "x.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(failing, fail)
    with pytest.raises(type(error)):
        write_slowly(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed(tmp_path):
    path = tmp_path / "x.bin"
    killed("whole_file", path)
    assert [each.suffix for each in tmp_path.iterdir()] == [".part"]
    write(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name",
    [
        ".x.bin.part",
        ".x.bin.mine.part",
        f".x.bin.{'0' * 15}.part",
        f".x.bin.{'0' * 17}.part",
        f".x.bin.{'A' * 16}.part",
        f".x.bin.{'0' * 16}.part.part",
        f".x.bin.old.{'0' * 16}.part",
        f".x.bin.{'0' * 16}.part\n",
        f".x_bin.{'0' * 16}.part",
    ],
)
def test_a_hidden_file_of_another_form_is_somebody_elses_and_stays(tmp_path, name):
    (tmp_path / name).write_bytes(b"somebody else's")
    write(tmp_path / "x.bin")
    assert (tmp_path / name).read_bytes() == b"somebody else's"


def test_a_hidden_file_of_another_user_stays(tmp_path, monkeypatch):
    part = tmp_path / f".x.bin.{'0' * 16}.part"
    part.touch()
    monkeypatch.setattr("os.geteuid", lambda: part.stat().st_uid + 1)
    write(tmp_path / "x.bin")
    assert part.exists()


def test_where_there_are_no_locks_nothing_is_taken_for_left_behind(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    path = tmp_path / "x.bin"
    with whole_file(path) as slow:
        slow.write(b"of the slow one")
        write(path, b"of the quick one")
    assert path.read_bytes() == b"of the slow one"
    with sole_writer(tmp_path):
        pass


def test_what_another_process_is_writing_stays(tmp_path):
    path = tmp_path / "x.bin"
    with whole_file(path) as slow:
        slow.write(b"of the slow one")
        write(path, b"of the quick one")
        assert path.read_bytes() == b"of the quick one"
    assert path.read_bytes() == b"of the slow one"
    assert list(tmp_path.iterdir()) == [path]


def test_links_and_pipes_that_lie_where_it_might_write_are_not_followed(tmp_path):
    path, other = tmp_path / "x.bin", tmp_path / "other"
    other.write_bytes(b"somebody else's")
    (tmp_path / ".x.bin.part").symlink_to(other)
    (tmp_path / f".x.bin.{'0' * 16}.part").symlink_to(other)
    os.mkfifo(tmp_path / f".x.bin.{'1' * 16}.part")
    write(path)
    assert other.read_bytes() == b"somebody else's"
    assert path.read_bytes() == b"new"


def test_no_two_hidden_files_have_the_same_name(tmp_path):
    names = []
    for _ in range(2):
        with whole_file(tmp_path / "x.bin"):
            names += [each.name for each in tmp_path.glob(".*")]
    assert len(set(names)) == 2


def test_what_is_replaced_hands_its_mode_on(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkdir, "a folder"),
        (os.mkfifo, "a named pipe"),
        (lambda path: os.symlink("/dev/null", path), "a device"),
    ],
)
def test_what_is_no_file_is_not_replaced(tmp_path, make, words):
    path = tmp_path / "x"
    make(path)
    with pytest.raises(OSError, match=f"is {words}, and no file"):
        write(path)


def test_a_folder_has_one_writer_and_a_killed_one_leaves_no_lock(tmp_path):
    folder = tmp_path / "run"
    with (
        sole_writer(folder),
        pytest.raises(LockedError, match="by another run"),
        sole_writer(folder),
    ):
        pass
    killed("sole_writer", folder)
    with sole_writer(folder):
        assert [each.name for each in folder.iterdir()] == [".lock"]


def test_a_lock_is_no_way_to_the_file_of_somebody_else(tmp_path):
    (tmp_path / ".lock").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic links"), sole_writer(tmp_path):
        pass
    assert not (tmp_path / "other").exists()


def test_json_into_a_pipe_that_nobody_reads_is_an_error_and_no_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="nobody reads from it"):
        write_json(str(tmp_path / "pipe"), {"a": 1})


def test_a_folder_that_does_not_exist_is_an_error_of_its_own(tmp_path):
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "nowhere" / "x.bin")
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        write(tmp_path / "file" / "x.bin")


def test_the_content_and_the_name_are_forced_to_the_disk(tmp_path, monkeypatch):
    if os.name != "posix":
        pytest.skip("this system opens no folders")
    kinds = []
    monkeypatch.setattr(
        "os.fsync", lambda handle: kinds.append(stat.S_IFMT(os.fstat(handle).st_mode))
    )
    write(tmp_path / "x.bin")
    assert kinds == [stat.S_IFREG, stat.S_IFDIR]


def test_json_is_as_readable_as_any_new_file_and_a_link_stays_one(tmp_path):
    target, link = tmp_path / "x.json", tmp_path / "link.json"
    (tmp_path / "plain").touch()
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system makes no links")
    write_json(str(link), {"a": "é"})
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8")) == {"a": "é"}
    assert target.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_json_does_not_have_is_null_and_what_is_no_text_is_escaped(tmp_path):
    path = tmp_path / "x.json"
    write_json(str(path), {"a": [float("nan"), {"b": (-float("inf"), 1.5)}], "c": "\udcff\x9b"})
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == {"a": [None, {"b": [None, 1.5]}], "c": "\udcff\x9b"}
    assert text.isascii()
