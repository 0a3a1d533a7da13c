"""Only files are read, and not without end."""

import os

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks import regular_files
from crosscheck.frameworks.regular_files import NoFileError, check_regular, read_regular

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are files as POSIX has them")


@pytest.fixture
def things(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "large").write_bytes(b"x" * 1001)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "what"),
    [("pipe", "a named pipe"), ("device", "a device"), (".", "a folder")],
)
def test_what_is_no_file_is_said(things, name, what):
    for read in (check_regular, read_regular):
        with pytest.raises(NoFileError, match=f"{things / name} is {what}, and no file"):
            read(things / name)


def test_a_file_may_be_so_large(things):
    assert read_regular(things / "large", 1001) == b"x" * 1001
    with pytest.raises(NoFileError, match=r"large has more than 1,000 bytes"):
        read_regular(things / "large", 1000)
    with pytest.raises(FileNotFoundError):
        read_regular(things / "nosuch")


@pytest.mark.parametrize("command", ["errata", "grade", "check", "worksheet out --document"])
@pytest.mark.parametrize("name", ["pipe", "device"])
def test_no_command_waits_for_what_is_no_file(things, command, name):
    result = CliRunner().invoke(main, [*command.split(), str(things / name)])
    said = " ".join(result.output.split())
    assert result.exit_code in (2, 3)
    assert "no file" in said or "is a named pipe" in said


@pytest.mark.parametrize("command", ["errata", "grade", "worksheet out --document"])
def test_no_command_reads_without_end(things, monkeypatch, command):
    monkeypatch.setattr(regular_files.read_regular, "__defaults__", (1000,))
    result = CliRunner().invoke(main, [*command.split(), str(things / "large")])
    assert result.exit_code == 2
    assert "has more than 1,000 bytes" in " ".join(result.output.split())
