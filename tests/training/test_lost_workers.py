"""A worker that is killed or hangs ends the run by its name, and leaves a whole checkpoint."""

import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lost_workers import EPOCHS, PATIENCE, lost

pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("kind", "rank", "within", "said"),
    [
        (signal.SIGKILL, 1, 10, "worker 1 of 2 of torch ends its process by SIGKILL"),
        (signal.SIGSTOP, 0, 10 + PATIENCE, "worker 0 of 2 of torch hangs: the others waited 2 s"),
    ],
)
def test_a_lost_worker_ends_the_run_in_seconds(tmp_path, kind, rank, within, said):
    found = lost(kind, rank, 2, tmp_path, epoch=3)
    assert found["said"].startswith(said)
    assert found["seconds"] < within
    assert (found["kept"], found["epochs at the end"]) == (3, EPOCHS)
    assert found["processes"] == 0
    assert found["files"] == ["torch.safetensors"]
