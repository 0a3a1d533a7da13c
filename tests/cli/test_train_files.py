"""`crosscheck train` and its files: one writer in a folder, damage that shows, no pipes."""

import json
import os
import struct

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.training.files import sole_writer
from crosscheck.training.runs import checkpoints

pytestmark = pytest.mark.usefixtures("digits")


def run(*arguments):
    return CliRunner().invoke(main, ["train", "--framework", "numpy", *map(str, arguments)])


@pytest.fixture
def begun(tmp_path):
    """A folder in which a run has made an epoch."""
    assert run("--epochs", 1, "--checkpoint", tmp_path).exit_code == 0
    return tmp_path


def test_a_second_run_in_the_same_folder_is_refused(begun):
    before = (begun / "numpy.safetensors").read_bytes()
    with sole_writer(begun):
        result = run("--epochs", 2, "--resume", begun)
    assert result.exit_code == 2
    assert f"{begun} is being written to by another run" in result.stderr
    assert (begun / "numpy.safetensors").read_bytes() == before
    assert run("--epochs", 2, "--resume", begun).exit_code == 0


def test_the_digest_at_the_end_is_that_of_the_file_and_of_an_equal_run(begun):
    found = checkpoints.load(begun / "numpy.safetensors")
    digest = checkpoints.digest(found.params, found.moments)
    result = run("--epochs", 1, "--json", "-")
    assert f"numpy: SHA-256 of its parameters and moments {digest}" in result.stderr
    assert json.loads(result.stdout)["runs"][0]["digest"] == digest


def test_a_damaged_checkpoint_is_refused_and_stays(begun):
    path = begun / "numpy.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 64
    path.write_bytes(bytes(content))
    result = run("--epochs", 2, "--resume", begun)
    assert result.exit_code == 2
    assert "was changed after it was written" in result.stderr
    assert path.read_bytes() == bytes(content)


def test_an_earlier_version_s_checkpoint_is_believed_with_a_warning(begun):
    path = begun / "numpy.safetensors"
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    metadata = header["__metadata__"]
    del metadata["digests"]
    metadata["crosscheck"] = metadata["crosscheck"].replace("crosscheck 2", "crosscheck 1")
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + size :])
    result = run("--epochs", 2, "--resume", begun)
    assert result.exit_code == 0
    assert "warning: the checkpoint numpy was written by an earlier version" in result.stderr
    assert checkpoints.load(path).is_proven  # as it was written anew


def test_a_pipe_is_no_checkpoint(tmp_path):
    if os.name != "posix":
        pytest.skip("these are files as POSIX has them")
    os.mkfifo(tmp_path / "pipe")
    result = run("--resume", tmp_path / "pipe")
    assert result.exit_code == 2
    assert "is a named pipe, and no file" in result.stderr
