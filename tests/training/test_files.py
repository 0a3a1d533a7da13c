"""Files are written whole or not at all, and nothing is left beside them."""

import json
import os
import stat
import time

import pytest

from crosscheck.report.json_files import write_json
from crosscheck.training.files import whole_file


def write(path, content=b"new"):
    with whole_file(path) as file:
        file.write(content)


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


def test_what_a_killed_process_left_is_overwritten(tmp_path):
    path = tmp_path / "x.bin"
    with whole_file(path) as file:
        hidden = file.name
    with open(hidden, "wb") as left:
        left.write(b"half of a much longer file")
    write(path)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


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


def test_json_without_an_equivalent_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.json"
    write_json(str(path), {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(str(path), {"a": float("nan")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}
