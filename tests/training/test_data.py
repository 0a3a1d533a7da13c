"""Data: what comes in is what it should be, or is refused by its name."""

import gzip
import hashlib
import os
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.training.data import datasets, download
from crosscheck.training.data.datasets import DataError, digits, mnist
from crosscheck.training.data.idx import parse_idx, read_idx

needs_sklearn = pytest.mark.skipif(not find_spec("sklearn"), reason="scikit-learn is not installed")
needs_pooch = pytest.mark.skipif(not find_spec("pooch"), reason="pooch is not installed")


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype("uint8").tobytes()


# ----- the format -----


def array_or_error(content):
    try:
        return parse_idx(content, "some/file")
    except DataError as error:
        return str(error)


@given(shape=st.lists(st.integers(0, 5), min_size=1, max_size=4), seed=st.integers(0, 99))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_an_idx_file_gives_the_array_that_was_put_in(shape, seed):
    array = np.random.default_rng(seed).integers(0, 256, shape).astype("uint8")
    assert np.array_equal(parse_idx(idx(array), "x"), array)


@given(content=st.binary(max_size=40))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_bytes_are_an_array_or_a_clear_error(content):
    outcome = array_or_error(content)
    assert (
        outcome.startswith("some/file: ") if isinstance(outcome, str) else idx(outcome) == content
    )


@given(cut=st.integers(0, 30), at=st.integers(0, 30), byte=st.integers(0, 255))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_file_cut_short_or_altered_in_its_header_is_an_array_of_bytes_or_a_clear_error(
    cut, at, byte
):
    content = bytearray(idx(np.arange(12).reshape(3, 4)))
    content[min(at, 11)] = byte  # somewhere in the header
    rest = bytes(content[: len(content) - cut])
    outcome = array_or_error(rest)
    assert outcome.startswith("some/file: ") if isinstance(outcome, str) else idx(outcome) == rest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file: it starts with nothing"),
        (b"GIF89a", "is no IDX file: it starts with 47494638"),
        (b"\0\0\x0d\x01", "holds numbers of type 13, not unsigned bytes (8)"),
        (b"\0\0\x08\x03\0\0", "is truncated within its header of 16 bytes"),
        (idx(np.zeros(5))[:-1], "is truncated: 4 bytes of data, not 5 for (5,)"),
        (idx(np.zeros(5)) + b"x", "has bytes left over: 6 bytes of data, not 5 for (5,)"),
        (
            b"\0\0\x08\x04" + b"\xff" * 16,
            f"is truncated: 0 bytes of data, not {4294967295**4} for "
            "(4294967295, 4294967295, 4294967295, 4294967295)",
        ),
        (b"\0\0\x08\x41" + b"\0" * 260, None),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, content, message):
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        read_idx(path)
    if message is None:  # 65 dimensions: the rest is NumPy's to say
        message = str(refused.value).partition(": ")[2]
        assert message.startswith("cannot be an array of shape (0, 0, ")
    assert str(refused.value) == f"{path}: {message}"


def test_a_gzipped_file_is_read_whatever_its_name(tmp_path):
    array = np.arange(6).reshape(2, 3)
    for name, content in (("a", idx(array)), ("b", gzip.compress(idx(array)))):
        (tmp_path / name).write_bytes(content)
        assert np.array_equal(read_idx(tmp_path / name), array)


@pytest.mark.parametrize("damage", [lambda c: c[:-9], lambda c: c[:30] + b"????" + c[34:]])
def test_a_damaged_archive_is_refused_by_its_name(tmp_path, damage):
    path = tmp_path / "images.gz"
    path.write_bytes(damage(gzip.compress(idx(np.arange(200)))))
    with pytest.raises(DataError, match=r"images\.gz: cannot be read: "):
        read_idx(path)


def test_a_missing_file_is_refused_by_its_name(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: cannot be read: .*No such file"):
        read_idx(tmp_path / "nowhere")


# ----- digits -----


@needs_sklearn
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_digits_are_there_without_a_network(dtype):
    found = digits(dtype)
    assert found.train.inputs.shape == (1438, 64)
    assert found.test.inputs.shape == (359, 64)
    for split in (found.train, found.test):
        assert split.inputs.dtype == split.targets.dtype == dtype
        assert split.inputs.min() == 0
        assert split.inputs.max() == 1
        assert set(split.labels) == set(range(10))
        assert np.array_equal(split.targets.argmax(axis=1), split.labels)
        assert np.array_equal(split.targets.sum(axis=1), np.ones(len(split.labels)))


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match="pip install 'backprop-crosscheck\\[data\\]'"):
        digits()


# ----- mnist, made small: the same four names, a few images, and their own hashes -----


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder with four small files in place of the originals."""
    rng = np.random.default_rng(0)
    hashes = {}
    for name in datasets.MNIST:
        shape = (20, 28, 28) if "images" in name else (20,)
        content = idx(rng.integers(0, 256 if "images" in name else 10, shape))
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        hashes[name] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(datasets, "MNIST", hashes)
    monkeypatch.setenv(datasets.FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


IMAGES = "train-images-idx3-ubyte"


def test_mnist_is_read_from_the_folder_that_the_variable_names(small):
    found = mnist("float32")
    assert found.train.inputs.shape == found.test.inputs.shape == (20, 784)
    assert found.train.inputs.dtype == "float32"
    assert 0 <= found.train.inputs.min() < found.train.inputs.max() <= 1
    unpacked = small / IMAGES
    unpacked.write_bytes(gzip.decompress((small / f"{IMAGES}.gz").read_bytes()))
    (small / f"{IMAGES}.gz").unlink()
    assert np.array_equal(mnist("float32").train.inputs, found.train.inputs)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"GIF89a", "is no IDX file: it starts with 47494638"),
        (idx(np.zeros((20, 28, 28)))[:-1], "is truncated: 15679 bytes of data, not 15680"),
        (idx(np.zeros((20, 28, 28))), "its content is not that of the original (sha256 differs)"),
    ],
)
def test_a_file_that_is_not_the_original_is_refused_by_its_name(small, content, message):
    (small / f"{IMAGES}.gz").write_bytes(gzip.compress(content))
    with pytest.raises(DataError) as refused:
        mnist()
    assert str(refused.value).startswith(f"{small / IMAGES}.gz: {message}")


def test_a_folder_without_the_files_is_refused_by_its_name(small):
    (small / f"{IMAGES}.gz").unlink()
    with pytest.raises(DataError, match=f"{small}: has neither {IMAGES} nor {IMAGES}.gz"):
        mnist()


MNIST_FOLDER = os.environ.get(datasets.FOLDER_VARIABLE)


@pytest.mark.skipif(not MNIST_FOLDER, reason=f"{datasets.FOLDER_VARIABLE} names no folder")
def test_the_real_mnist_is_the_original():
    found = mnist("float32")
    assert found.train.inputs.shape == (60000, 784)
    assert found.test.inputs.shape == (10000, 784)
    assert np.bincount(found.test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


# ----- downloading, from a server on this machine -----


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror(small):
    """The address of a server that has the small files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(small)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of its own."""
    import pooch

    folder = tmp_path / "cache"
    monkeypatch.setattr(pooch, "os_cache", lambda name: folder)
    return folder


def fetch(*mirrors):
    return download.fetch(IMAGES, datasets.MNIST[IMAGES], mirrors)


@needs_pooch
def test_a_file_is_downloaded_once_and_kept(mirror, cache, small):
    path = fetch(mirror)
    assert path == cache / f"{IMAGES}.gz"
    assert path.read_bytes() == (small / f"{IMAGES}.gz").read_bytes()
    assert fetch("http://127.0.0.1:1/") == path  # nobody is asked again


@needs_pooch
def test_the_next_mirror_is_asked_where_the_first_fails(mirror, cache):
    assert fetch("http://127.0.0.1:1/", f"{mirror}nowhere/", mirror).exists()


@needs_pooch
def test_what_a_mirror_has_under_this_name_is_verified_and_thrown_away(mirror, cache, small):
    (small / f"{IMAGES}.gz").write_bytes(gzip.compress(b"something else"))
    with pytest.raises(DataError) as refused:
        fetch(mirror)
    assert str(refused.value) == (
        f"{IMAGES}: cannot be downloaded:\n"
        f"  {mirror}: has another file of this name (sha256 differs)"
    )
    assert list(cache.iterdir()) == []


@needs_pooch
def test_a_damaged_download_leaves_nothing_in_the_cache(mirror, cache, small):
    (small / f"{IMAGES}.gz").write_bytes((small / f"{IMAGES}.gz").read_bytes()[:100])
    with pytest.raises(DataError, match="cannot be read: "):
        fetch(mirror)
    assert list(cache.iterdir()) == []


@needs_pooch
def test_a_cache_that_somebody_spoiled_is_filled_anew(mirror, cache, small):
    fetch(mirror).write_bytes(b"spoiled")
    assert fetch(mirror, mirror).read_bytes() == (small / f"{IMAGES}.gz").read_bytes()


def test_without_pooch_it_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DataError, match="CROSSCHECK_MNIST_DIR"):
        fetch("http://127.0.0.1:1/")


def test_the_mirrors_are_two_and_hold_the_four_files():
    assert len(download.MIRRORS) == 2
    assert all(
        Path(name).suffix == "" and len(sha256) == 64 for name, sha256 in datasets.MNIST.items()
    )
