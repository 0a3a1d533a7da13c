"""What a worker sends of a framework, and how that is read: nothing that it holds is trusted."""

from typing import Any

import numpy as np

from crosscheck.frameworks.messages import MessageError, without_entries
from crosscheck.frameworks.registry import Framework, load_unguarded
from crosscheck.frameworks.worker import is_texts
from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.entries import is_text
from crosscheck.verification.candidates import status_of
from crosscheck.verification.cases.stages import Case, Stage, Stages
from crosscheck.verification.judging import Computed, NotWritten, compute
from crosscheck.verification.result import Outcome, Status

# Of what `compute_here` sends.
PARTS = {"stages", "not_written", "raised", "raised_at"}


# ----- in a worker -----


def load_here(name: str, package: str) -> list[Any]:
    """Load a framework: its version, its outcome so far, and the reasons for that."""
    status = status_of(load_unguarded(name, package))
    return [status.version, status.status.value, status.reasons]


def compute_here(name: str, package: str, case: Case, until: Stage | None) -> dict[str, Any]:
    """Let a framework compute a case: what `Computed` has, as plain data."""
    framework = load_unguarded(name, package)
    assert isinstance(framework, Framework)  # load_here said so
    computed = compute(case, framework, until)
    missing = computed.not_written
    return {
        "stages": {
            stage.value: {
                quantity: {place: _sent(tensor.value) for place, tensor in tensors.items()}
                for quantity, tensors in quantities.items()
            }
            for stage, quantities in computed.stages.items()
        },
        "not_written": None if missing is None else [missing.function, missing.message],
        "raised": computed.raised,
        "raised_at": computed.raised_at,
    }


def _sent(value: Any) -> Any:
    """An array as it is sent: a text by itself, since no array of a message holds one."""
    array = np.asarray(value)
    return str(array) if is_text(array) else array


# ----- in the process that asks -----


def status_received(reply: Any) -> Status:
    """What `load_here` sent.

    Raises:
        MessageError: If it is something else.
    """
    if not isinstance(reply, list) or len(reply) != 3:
        raise MessageError("it is no list of three")
    version, outcome, reasons = reply
    if not is_texts([outcome, *([] if version is None else [version])]) or not is_texts(reasons):
        raise MessageError("its texts are none")
    if outcome not in tuple(Outcome):
        raise MessageError("its outcome is none")
    return Status(version, Outcome(outcome), reasons)


def received(reply: Any, exact: Stages, until: Stage | None) -> Computed:
    """What `compute_here` sent, as far as it was asked for.

    Raises:
        MessageError: If it is something else, or if a stage is missing and nothing says why: no
            framework is verified by what was not compared.
    """
    if not isinstance(reply, dict) or reply.keys() != PARTS:
        raise MessageError("its parts are others")
    missing, raised, raised_at = reply["not_written"], reply["raised"], reply["raised_at"]
    if missing is not None and not (is_texts(missing) and len(missing) == 2):
        raise MessageError("what is not written is no function with a message")
    if not is_texts([text for text in (raised, raised_at) if text is not None]):
        raise MessageError("its texts are none")
    found = _as_dictionary(reply["stages"])
    stages = {}
    for stage in (stage for stage in Stage if stage in exact and stage in found):
        quantities = _as_dictionary(found[stage])
        stages[stage] = {
            quantity: _tensors(_as_dictionary(quantities.get(quantity, {})), tensors)
            for quantity, tensors in exact[stage].items()
        }
    asked_for = {stage for stage in exact if until is None or stage <= until}
    if raised is None and missing is None and not asked_for <= stages.keys():
        raise MessageError("a stage is missing")
    return Computed(stages, None if missing is None else NotWritten(*missing), raised, raised_at)


def _as_dictionary(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MessageError("a part that has names is no dictionary")
    return value


def _tensors(found: dict[str, Any], exact: Tensors) -> Tensors:
    """The arrays of a quantity. Of one that has another shape nothing but that is kept."""
    tensors = {}
    for place, array in found.items():
        if isinstance(array, str) and place in exact and is_text(exact[place].value):
            array = np.array(array)
        if not isinstance(array, np.ndarray):
            raise MessageError("a tensor is no array")
        if place not in exact or array.shape != exact[place].value.shape:
            array = without_entries(array.dtype, array.shape)
        tensors[place] = Tensor(array)
    return tensors
