"""Only files are read, and of them no more than they can have."""

import gzip
import os
import tracemalloc

import pytest

from crosscheck.training.data import idx
from crosscheck.training.data.idx import DataError


@pytest.mark.parametrize("is_compressed", [True, False])
def test_what_is_larger_than_any_file_of_mnist_is_not_read_whole(
    tmp_path, monkeypatch, is_compressed
):
    monkeypatch.setattr(idx, "LARGEST", 1000)
    path = tmp_path / "x"
    for size in (1000, 1001, 10**7):
        path.write_bytes(gzip.compress(bytes(size)) if is_compressed else bytes(size))
        if size == 1000:
            assert idx.read_bytes(path) == bytes(size)
            continue
        tracemalloc.start()
        with pytest.raises(DataError, match=f"{path}: has more than 1000 bytes"):
            idx.read_bytes(path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 10**6


def test_a_pipe_is_no_file_of_data(tmp_path):
    if os.name != "posix":
        pytest.skip("these are files as POSIX has them")
    os.mkfifo(tmp_path / "x")
    with pytest.raises(DataError, match="is a named pipe, and no file"):
        idx.read_bytes(tmp_path / "x")
