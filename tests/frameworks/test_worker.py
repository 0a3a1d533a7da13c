"""Workers, and what they send: values come back whole, and nothing that is sent is executed."""

import os
import subprocess
import sys

import ml_dtypes
import numpy as np
import psutil
import pytest
from safetensors.numpy import save

from crosscheck.frameworks.messages import MessageError, pack, unpack
from crosscheck.frameworks.processes import end
from crosscheck.frameworks.serving import KEPT
from crosscheck.frameworks.worker import EndedError, RaisedError, Worker, checked

FUNCTIONS = """
import os, sys, time, warnings
import numpy as np

def echo(value):
    return value

def say(lines):
    for line in range(lines):
        print("line", line)
    os.write(1, b"written\\n")
    print("error", file=sys.stderr)

def warn():
    warnings.warn("care", stacklevel=1)

def fail(message):
    raise ValueError(message)

def leave(code):
    os._exit(code)

def wait(seconds):
    time.sleep(seconds)

def take(mebibytes):
    held = np.ones(mebibytes * 2**17)
    time.sleep(60)
    return float(held[0])

def give_an_object():
    return object()

def ask():
    return sys.stdin.read()

def where():
    return [os.getcwd(), *sys.path]
"""


@pytest.fixture
def worker(tmp_path, monkeypatch):
    (tmp_path / "of_a_test.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(tmp_path)
    started = Worker(memory=400)
    yield started
    started.close()


def call(worker, function, *arguments, limit=30.0):
    return worker.call(f"of_a_test:{function}", *arguments, limit=limit)


def test_one_function_after_another(worker):
    value = {"a": [1, 2.5, None, True, "text"], "b": np.arange(6.0).reshape(2, 3)}
    for _ in range(2):
        found = call(worker, "echo", value)
        assert found["a"] == value["a"]
        np.testing.assert_array_equal(found["b"], value["b"])
    large = np.ones(10**6)  # more than a pipe holds, in both directions
    np.testing.assert_array_equal(call(worker, "echo", large), large)


def test_what_a_function_raises_is_said_and_the_worker_goes_on(worker):
    with pytest.raises(RaisedError, match=r"^ValueError: no$"):
        call(worker, "fail", "no")
    with pytest.raises(RaisedError, match=r"^AttributeError: .*nosuch"):
        call(worker, "nosuch")
    with pytest.raises(RaisedError, match=r"^TypeError: a message holds no object$"):
        call(worker, "give_an_object")
    assert call(worker, "echo", 1) == 1


def test_what_is_printed_and_warned_is_kept_apart_from_what_is_returned(worker):
    assert call(worker, "say", 100) is None
    call(worker, "warn")
    worker.close()
    assert worker.printed.count == 102
    assert worker.printed.kept == [f"line {line}" for line in range(KEPT)]
    assert (worker.warned.kept, worker.warned.count) == (["UserWarning: care"], 1)


def test_nobody_reads_what_is_meant_for_the_worker(worker):
    assert call(worker, "ask") == ""


@pytest.mark.parametrize(
    ("function", "argument", "how"),
    [
        ("leave", 0, "ends its process with exit code 0"),
        ("leave", 3, "ends its process with exit code 3"),
        ("wait", 60, "hangs: no result after 1 s"),
        ("take", 500, "takes more than 400 MiB of memory"),
    ],
)
def test_how_it_ended_is_said_and_it_cannot_be_used_again(worker, function, argument, how):
    limit = 1.0 if function == "wait" else 30.0
    with pytest.raises(EndedError, match=f"^{how}$"):
        call(worker, function, argument, limit=limit)
    with pytest.raises(EndedError, match="ends its process"):
        call(worker, "echo", 1)


def test_it_looks_for_modules_where_this_process_does_and_in_the_current_folder_last(
    worker, tmp_path
):
    here, *folders = call(worker, "where")
    assert here == os.getcwd()
    assert folders[0] == str(tmp_path)
    assert "" not in folders
    assert here not in folders[:-1]
    assert set(map(os.path.abspath, sys.path)) == set(folders)


def test_what_is_closed_twice_ends_nobody_else(worker, monkeypatch):
    assert call(worker, "echo", 1) == 1
    worker.close()
    # From here on its number may be that of another process.
    monkeypatch.setattr("crosscheck.frameworks.worker.end", lambda process: pytest.fail("again"))
    worker.close()


def test_a_number_that_is_somebody_elses_by_now_is_left_alone(monkeypatch):
    command = [sys.executable, "-c", "input()"]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    known = psutil.Process(other.pid)
    monkeypatch.setattr(known, "_create_time", 1.0)  # so that it is known as an older process
    monkeypatch.setattr(known, "_ident", (other.pid, 1.0))
    end(known)
    other.communicate(b"a line, which it waits for\n", timeout=30)
    assert other.returncode == 0


# ----- replies -----

ODD = [None, True, -1, 1.5, "x", [], ["x"], [1], ["x", "y", "z"], {}, {"a": 1}]
ODD += [np.zeros(3), np.zeros(0), np.array(1.0), np.array(["a", "b"])]
REPLY = [1, "returned", None, [], 0]


@pytest.mark.parametrize("place", range(len(REPLY)))
def test_whatever_stands_in_a_reply_it_is_one_or_an_error_of_its_own(place):
    assert checked(REPLY) == tuple(REPLY)
    for odd in (*ODD, REPLY):
        forged = [*REPLY[:place], odd, *REPLY[place + 1 :]]
        for outcome in ("returned", "raised"):
            if place != 1:
                forged[1] = outcome
            try:
                number, how, value, warned, count = checked(forged)
            except MessageError:
                continue
            assert isinstance(number, int) and isinstance(count, int)  # noqa: PT018
            assert how == "returned" or isinstance(value, str)
            assert all(isinstance(line, str) for line in warned)
    for odd in ODD:
        with pytest.raises(MessageError):
            checked(odd)


# ----- messages -----


@pytest.mark.parametrize(
    "array",
    [
        np.array(1.5),
        np.zeros((0, 3), "float32"),
        np.arange(6.0).reshape(2, 3).T,
        np.array([True, False]),
        np.array([np.nan, np.inf, -0.0], "float16"),
        np.arange(4, dtype="uint8"),
        np.arange(2**16, dtype="uint16").view(ml_dtypes.bfloat16)[::-1],
    ],
)
def test_an_array_comes_back_to_the_bit(array):
    found = unpack(pack([array]))[0]
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", ["complex128", "object", "U3", ">f8", "longdouble"])
def test_an_array_that_is_not_sent_comes_back_as_zeros_of_its_dtype(dtype):
    found = unpack(pack(np.zeros((2, 10**3), dtype)))
    assert (found.dtype, found.shape) == (np.dtype(dtype), (2, 1000))
    assert found.base is not None  # it takes no memory, whatever its shape


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\xff" * 100,
        save({}),
        save({}, metadata={"content": "[["}),
        save({}, metadata={"content": '{"array": "0"}'}),
        save({}, metadata={"content": '{"other": 1}'}),
        save({}, metadata={"content": '{"array": "0", "items": {}}'}),
        save({}, metadata={"content": '{"empty": ["nosuch", [1]]}'}),
        save({}, metadata={"content": '{"empty": ["<f8", [-1]]}'}),
        save({}, metadata={"content": "[" * 100_000}),
    ],
)
def test_what_is_no_message_is_an_error_of_its_own(content):
    with pytest.raises(MessageError):
        unpack(content)


def test_nothing_else_can_be_sent():
    with pytest.raises(TypeError, match="a message holds no set"):
        pack([{1}])
