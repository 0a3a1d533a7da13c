"""What is copied with a file that is checked: files and folders beside it, and nothing endless."""

import os

import pytest

from crosscheck.verification.checking.copying import copied

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are files as POSIX has them")


def test_links_pipes_and_devices_are_left_out_at_any_depth(tmp_path):
    source, inside = tmp_path / "source", tmp_path / "source" / "data" / "deep"
    inside.mkdir(parents=True)
    (source / "homework.py").write_text("x = 1", encoding="utf-8")
    (source / "helper.py").write_text("y = 2", encoding="utf-8")
    (inside / "numbers.txt").write_text("3", encoding="utf-8")
    secret = tmp_path / "secret"
    secret.write_text("somebody else's", encoding="utf-8")
    for folder in (source, inside):
        (folder / "link").symlink_to(secret)
        (folder / "endless").symlink_to("/dev/zero")
        (folder / "around").symlink_to(source)
        (folder / ".hidden").write_text("z", encoding="utf-8")
        os.mkfifo(folder / "pipe")
    copy = copied(source / "homework.py", tmp_path / "copy")
    assert copy.read_text(encoding="utf-8") == "x = 1"
    found = {each.relative_to(copy.parent).as_posix() for each in copy.parent.rglob("*")}
    assert found == {"homework.py", "helper.py", "data", "data/deep", "data/deep/numbers.txt"}


def test_what_cannot_be_copied_beside_it_is_no_error(tmp_path, monkeypatch):
    source = tmp_path / "source"
    (source / "data").mkdir(parents=True)
    (source / "homework.py").write_text("x = 1", encoding="utf-8")

    def fails(*arguments, **keywords):
        raise OSError("gone")

    monkeypatch.setattr("shutil.copytree", fails)
    assert copied(source / "homework.py", tmp_path / "copy").exists()
