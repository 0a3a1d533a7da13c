"""Tensors of unknown origin: what is read of a file, what of an array, and what is refused."""

import json
import os
import struct

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save, save_file

from crosscheck.frameworks.tensor_files import (
    LARGEST_HEADER,
    TensorFileError,
    read_tensors,
    stored_tensors,
)

NUMBERS = np.array([[1.5, -2.0, 0.1], [3e38, 1e-39, np.inf]], "float32")


def file_of(header, rest=b""):
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    return struct.pack("<Q", len(text)) + text + rest


def one_tensor(name, dtype, size):
    return {name: {"dtype": dtype, "shape": [size], "data_offsets": [0, 2 * size]}}


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_floating_numbers_are_read_as_they_are(tmp_path, dtype):
    array = NUMBERS[:1].astype(dtype)
    save_file({"z1": array, "loss": np.array(array[0, 0])}, tmp_path / "x")
    found = read_tensors(tmp_path / "x")
    assert {name: each.dtype for name, each in found.items()} == {"z1": dtype, "loss": dtype}
    assert found["z1"].value.dtype == dtype
    np.testing.assert_array_equal(found["z1"].value, array)
    assert found["loss"].value.shape == ()


def test_bfloat16_is_read_exactly(tmp_path):
    few_bits = NUMBERS.astype(ml_dtypes.bfloat16)
    content = file_of(one_tensor("z1", "BF16", 6), few_bits.tobytes())
    (tmp_path / "x").write_bytes(content)
    found = read_tensors(tmp_path / "x")["z1"]
    assert found.dtype == "bfloat16"
    assert found.value.dtype == "float32"
    np.testing.assert_array_equal(found.value, few_bits.astype("float32").ravel())


def test_a_link_to_a_file_is_followed(tmp_path):
    save_file({"z1": NUMBERS}, tmp_path / "x")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    assert list(read_tensors(tmp_path / "link")) == ["z1"]


WHOLE = save({"z1": NUMBERS})
HOSTILE = [
    (b"", "cannot be read as safetensors"),
    (b"not at all", "cannot be read as safetensors"),
    (WHOLE[:-1], "cannot be read as safetensors"),
    (WHOLE + b"0", "cannot be read as safetensors"),
    (struct.pack("<Q", 2**63) + WHOLE[8:], f"a header has at most {LARGEST_HEADER} bytes"),
    (file_of(b'{"\xff": 1}'), "cannot be read as safetensors"),
    (file_of(one_tensor("z1", "F16", 2**40)), "cannot be read as safetensors"),
    (file_of(one_tensor("z1", "I16", 1), b"00"), "'z1' has dtype I16, not F64, F32, F16, BF16"),
    (file_of(one_tensor("z1", "F8", 2), b"0000"), "cannot be read as safetensors"),
]


@pytest.mark.parametrize(("content", "message"), HOSTILE)
def test_what_is_no_file_of_tensors_is_refused(tmp_path, content, message):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(TensorFileError, match=message) as error:
        read_tensors(tmp_path / "x")
    assert str(error.value).startswith(f"{tmp_path / 'x'}: ")


def test_a_file_may_be_so_large(tmp_path):
    save_file({"z1": NUMBERS}, tmp_path / "x")
    with pytest.raises(TensorFileError, match="has more than 20 bytes"):
        read_tensors(tmp_path / "x", most=20)


@pytest.mark.skipif(os.name != "posix", reason="these are files as POSIX has them")
@pytest.mark.parametrize(
    ("name", "what"),
    [("pipe", "is a named pipe"), ("device", "is a device"), (".", "is a folder"), ("no", "No")],
)
def test_nothing_waits_for_what_is_no_file(tmp_path, name, what):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    with pytest.raises(TensorFileError, match=what):
        read_tensors(tmp_path / name)


def test_arrays_come_with_their_dtypes():
    given = {
        "list": [1.0, 2.0],
        "half": NUMBERS[0].astype("float16"),
        "few": NUMBERS[0].astype(ml_dtypes.bfloat16),
    }
    found = stored_tensors(given)
    assert [each.dtype for each in found.values()] == ["float64", "float16", "bfloat16"]
    assert found["few"].value.dtype == "float32"
    given["half"][0] = 7
    assert found["half"].value[0] == 1.5


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.arange(3), "z1 has dtype int64, not float64, float32, float16, bfloat16"),
        ([[1.0], [1.0, 2.0]], "z1 is no array: ValueError"),
        ("text", "z1 has dtype <U4, not"),
        (None, "z1 has dtype object, not"),
    ],
)
def test_what_is_no_array_of_floating_numbers_is_refused(value, message):
    with pytest.raises(TensorFileError, match=message):
        stored_tensors({"z1": value})
