"""Teams: who is named when a worker ends, hangs or fails, and what is left behind."""

import re
import threading
from dataclasses import replace

import numpy as np
import pytest

from crosscheck.frameworks import launched, teams
from crosscheck.frameworks.declarations import Declarations
from crosscheck.frameworks.ranks import Job, Recipe
from crosscheck.frameworks.registry import load
from crosscheck.frameworks.sharing import with_workers
from crosscheck.frameworks.teams import LostWorkerError, Team, UnequalWorkersError
from crosscheck.frameworks.worker import EndedError, RaisedError

NUMPY = load("numpy", "reference_numpy")
ENDS = EndedError("ends its process by SIGKILL")
FAILS = RaisedError("RuntimeError: Connection closed by peer")
HANGS = object()
WHOLE = [0.5, "digest", None]


class PretendedWorkers:
    """Workers without processes: each answers the first epoch as it is told."""

    def __init__(self, answers):
        self.answers, self.started, self.ended = list(answers), 0, threading.Event()

    def start(self, memory, environment):
        self.started += 1
        return PretendedWorker(self.answers[self.started - 1], self.ended)

    def __exit__(self, *exception):
        self.ended.set()


class PretendedWorker:
    def __init__(self, answer, ended):
        self.answer, self.ended = answer, ended

    def call(self, function, *arguments, limit):
        if not function.endswith(":epoch"):
            return None
        if self.answer is HANGS:
            assert self.ended.wait(timeout=60)
            raise EndedError("was ended")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def a_team(monkeypatch, answers):
    """A team that has begun, with one worker for each answer."""
    workers = PretendedWorkers(answers)
    monkeypatch.setattr(teams, "Workers", lambda: workers)
    monkeypatch.setattr(teams, "GRACE", 0.05)
    team = Team(NUMPY, None)
    recipe = Recipe("sgd", (0.1,), {})
    job = Job("numpy", "reference_numpy", (), None, recipe, {"workers": len(answers)}, "cpu")
    team.begin(job, (np.zeros((1, 1)), np.zeros((1, 1))), 7.0)
    return team, workers


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        # The others hear of it first: they are not the cause.
        ((FAILS, ENDS, FAILS), "worker 1 of 3 of numpy ends its process by SIGKILL"),
        ((FAILS, FAILS, HANGS), "worker 2 of 3 of numpy hangs: the others waited 7 s for it"),
    ],
)
def test_the_worker_that_caused_it_is_named(monkeypatch, answers, message):
    team, workers = a_team(monkeypatch, answers)
    with pytest.raises(LostWorkerError, match=f"^{re.escape(message)}$"):
        team.epoch(0)
    assert workers.ended.is_set()


def test_what_every_worker_raises_is_raised(monkeypatch):
    team, workers = a_team(monkeypatch, [RaisedError("ValueError: a rate below 0")] * 2)
    with pytest.raises(ValueError, match=r"^a rate below 0$"):
        team.epoch(0)
    assert workers.ended.is_set()


def test_workers_that_differ_in_one_bit_are_found_out(monkeypatch):
    team, workers = a_team(monkeypatch, [WHOLE, WHOLE, [0.5, "another digest", None]])
    with pytest.raises(UnequalWorkersError, match="after epoch 5 worker 2 of numpy has other"):
        team.epoch(4)
    assert workers.ended.is_set()


def test_a_team_that_has_begun_leaves_no_folder_and_ends_with_the_others(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    team, workers = a_team(monkeypatch, [WHOLE, WHOLE])
    assert list(tmp_path.iterdir()) == []  # all have begun, and need no file any more
    assert team.epoch(0) == (0.5, None)
    assert not workers.ended.is_set()
    teams.close_teams()
    assert workers.ended.is_set()


def test_who_has_one_worker_says_so():
    silent = replace(NUMPY, declared=Declarations())
    assert with_workers(silent, 1) is silent
    with pytest.raises(NotImplementedError, match="numpy: it does not say how several workers"):
        with_workers(silent, 2)


@pytest.mark.parametrize(
    ("workers", "names", "message"),
    [
        ((1,), ("torch",), "torchrun started 2 processes: give --workers 2"),
        ((2, 1), ("torch",), "torchrun started 2 processes: give --workers 2"),
        ((2,), (), "what torchrun starts trains by PyTorch alone: give --framework torch"),
    ],
)
def test_what_torchrun_started_must_fit(monkeypatch, workers, names, message):
    for name, value in zip(launched.VARIABLES, ("1", "2", "localhost", "29500"), strict=True):
        monkeypatch.setenv(name, value)
    assert (launched.processes(), launched.rank()) == (2, 1)
    with (
        pytest.raises(launched.LaunchError, match=f"^{message}$"),
        launched.joined(workers, names, "cpu", 1.0),
    ):
        pass


def test_without_torchrun_there_is_one_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    assert (launched.processes(), launched.rank()) == (0, 0)
    with launched.joined((3,), (), "cpu", 1.0):
        pass
