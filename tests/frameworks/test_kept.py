"""Workers that are kept: the same process as long as nothing speaks against it."""

import psutil
import pytest

from crosscheck.frameworks.kept import call_kept, end_kept
from crosscheck.frameworks.worker import EndedError, RaisedError

LIMIT = 60.0


@pytest.fixture(autouse=True)
def nobody_else():
    end_kept()
    yield
    end_kept()


def number(name="one", environment=None):
    return call_kept(name, environment or {}, "os:getpid", limit=LIMIT)


def test_the_next_call_goes_to_the_same_process_and_another_name_to_another():
    first = number()
    assert number() == first
    assert number("two") != first
    with pytest.raises(RaisedError):
        call_kept("one", {}, "os:listdir", "/no such folder", limit=LIMIT)
    assert number() == first


def test_other_variables_or_places_of_modules_need_a_new_process(monkeypatch, tmp_path):
    first = number()
    second = number(environment={"A": "1"})
    assert second != first
    assert not psutil.pid_exists(first)
    monkeypatch.syspath_prepend(tmp_path)
    assert number(environment={"A": "1"}) != second


def test_after_one_that_ended_or_hangs_there_is_a_new_one():
    first = number()
    with pytest.raises(EndedError, match="exit code 3"):
        call_kept("one", {}, "os:_exit", 3, limit=LIMIT)
    second = number()
    assert second != first
    with pytest.raises(EndedError, match=r"hangs: no result after 0\.2 s"):
        call_kept("one", {}, "time:sleep", LIMIT, limit=0.2)
    assert number() != second


def test_an_interrupt_ends_the_process_that_nobody_waits_for_any_more(monkeypatch):
    first = number()

    def interrupted(*arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr("crosscheck.frameworks.worker.Worker._reply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        number()
    assert not psutil.pid_exists(first)


def test_all_end_together():
    found = [number("one"), number("two")]
    end_kept()
    assert not any(psutil.pid_exists(each) for each in found)
