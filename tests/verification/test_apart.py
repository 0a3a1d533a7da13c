"""Frameworks that mean no good, or are clumsy: each is judged apart, and harms nobody else.

Every one is a copy of a reference with something added to one of its files. All of them are judged
in one run, beside the honest reference.
"""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from hostile import DIFFERS, HOSTILE, VERIFIED, copy, in_a_call, on_import

from crosscheck.frameworks.contract import CONTRACT_VERSION
from crosscheck.frameworks.messages import MessageError
from crosscheck.frameworks.registry import load
from crosscheck.frameworks.serving import KEPT
from crosscheck.verification import apart, ladder
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.judging import compute
from crosscheck.verification.limits import Limits
from crosscheck.verification.replies import compute_here, received, status_received
from crosscheck.verification.result import Outcome, Status
from crosscheck.verification.selection import Selection
from crosscheck.verification.verify import every_case, verify_everything

FEW: list[Case] = [
    *(c for c in groups()["edges"] if c.name == "edges-gelu-half_squared_error-float64"),
    *(c for c in groups()["networks"] if c.name == "tanh-half_squared_error-float64"),
    *(c for c in groups()["optimizers"] if c.name == "adam-layers-float64"),
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder that all of them lie in, which is looked through for modules."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (added, _) in HOSTILE.items():
        copy(folder, "numpy", name, *added)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


LIMITS = Limits(seconds=8, memory=600, cache=False)


def judged(packages, limits=LIMITS, cases=FEW):
    return verify_everything(Selection(packages), cases=cases, limits=limits)


# Those that a test asks for by their names.
ALIKE = ("exit_in_a_call", "leaves_in_a_call", "numpy_exp", "precision", "warns")
NAMED = {*ALIKE, "prints", "segmentation_fault", "escapes_in_version", "a_long_message"}


@pytest.fixture(scope="module")
def together(request, hostile):
    """The verdict on each that a test is run of, when all are judged beside the reference."""
    of_one = test_what_one_does_is_its_own_affair.__name__
    items = [item for item in request.session.items if item.originalname == of_one]
    names = {item.callspec.params["name"] for item in items}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSCHECK_IMPORT_LIMIT", "8")
        patch.setattr(apart, "cores", lambda: 4)  # some of them wait for nothing
        chosen = {name: name for name in HOSTILE if name in names | NAMED}
        return judged({"numpy": "reference_numpy"} | chosen)


def test_the_honest_reference_is_judged_rightly_beside_them(together):
    assert together.frameworks["numpy"].status == "verified"
    assert all(c.holds for c in together.comparisons if c.frameworks == ("numpy", "exact"))
    assert not together.holds
    # This process is as it was.
    assert judged({"numpy": "reference_numpy"}).holds


@pytest.mark.sampled(16)
@pytest.mark.parametrize("name", HOSTILE)
def test_what_one_does_is_its_own_affair(together, name):
    status, expected = together.frameworks[name], HOSTILE[name][1]
    if expected is None:
        assert status.status in ("verified", "wrong")
    elif expected == VERIFIED:
        assert (status.status, status.reasons) == ("verified", [])
    elif expected == DIFFERS:
        assert (status.status, status.reasons) == ("wrong", [])
    else:
        assert status.status == "wrong"
        assert status.reasons[0].startswith(expected)
    if status.status == "wrong":
        wrong = [c for c in together.comparisons if not c.holds and name in c.frameworks]
        assert status.reasons or wrong


def test_the_verdict_on_one_does_not_depend_on_which_others_are_judged(together, hostile):
    for name in (*ALIKE, "numpy"):
        package = f"reference_{name}" if name == "numpy" else name
        alone = judged({name: package})
        assert alone.frameworks[name] == together.frameworks[name]
        own = [c for c in together.comparisons if c.frameworks == (name, "exact")]
        assert alone.comparisons == own


def test_who_can_be_loaded_once_and_not_again_is_wrong(tmp_path, monkeypatch):
    lines = ("import os", "path = __file__ + '.seen'", "if os.path.exists(path):",
             "    raise ImportError('no')", "open(path, 'w').close()")  # fmt: skip
    copy(tmp_path, "numpy", "loaded_once", *on_import(*lines))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(apart, "cores", lambda: 1)  # or the second may be quicker than the first
    both = [*FEW, *(c for c in every_case() if c.name == "adam-layers-float32")]
    found = judged({"loaded_once": "loaded_once"}, cases=both)
    assert not found.holds
    (reason, *_) = found.frameworks["loaded_once"].reasons
    assert reason == "could be loaded once, and not again: no"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_whichever_of_two_loads_is_heard_first_both_count(order):
    found = [Status("1", Outcome.VERIFIED), Status(None, Outcome.NOT_INSTALLED, ["no"])]
    one = apart._Apart("numpy", "reference_numpy", Limits(), 10.0)
    for number in order:
        one._is_usable(found[number])
    assert not one.usable
    status = one.candidate([]).status
    assert status.status is Outcome.WRONG
    assert status.reasons == ["could be loaded once, and not again: no"]


def test_what_is_printed_is_kept_up_to_a_point_and_counted(together):
    status = together.frameworks["prints"]
    assert status.printed_lines == 10_000
    assert len(status.printed) == KEPT
    assert status.printed[1] == "1 \\x1b[2J[red]"
    assert together.frameworks["numpy"].printed_lines == 0


def test_warnings_are_kept_and_no_failure(together):
    assert together.frameworks["warns"].warnings == ["UserWarning: \\x1b[2J\\x07[red]x[/]\\ud800"]


def test_what_a_crash_leaves_is_shown(together):
    assert any(
        "segfault" in line.lower() or "Segmentation fault" in line
        for line in together.frameworks["segmentation_fault"].printed
    )


def test_texts_are_one_line_that_steers_no_terminal(together):
    assert together.frameworks["escapes_in_version"].version == "\\x1b[2J\\x07[red]x[/]\\ud800"
    assert len(together.frameworks["a_long_message"].reasons[0]) < 3000
    for status in together.frameworks.values():
        for text in (status.version or "", *status.reasons, *status.printed, *status.warnings):
            assert text.isprintable(), text


def test_a_case_that_is_known_to_end_the_process_is_no_reason_to_stop(tmp_path, monkeypatch):
    copy(tmp_path, "numpy", "knows_it_leaves", *in_a_call("import os; os._exit(3)"))
    declared = tmp_path / "knows_it_leaves" / "crosscheck.toml"
    declared.write_text(
        f"contract = {CONTRACT_VERSION}\n[[known_failures]]\n"
        'cases = ["edges-gelu-*"]\nwhy = "it leaves"\n'
        'link = "https://example.org"\nversions = "numpy>=2"\n',
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    cases = [*FEW, *(c for c in every_case() if c.name == "edges-gelu-half_squared_error-float32")]
    found = judged({"knows_it_leaves": "knows_it_leaves"}, cases=cases)
    status = found.frameworks["knows_it_leaves"]
    assert (status.status, status.reasons) == ("verified", [])
    ((_, failed),) = status.known_failures.items()
    assert failed == [case.name for case in cases if case.name.startswith("edges-gelu")]
    assert {c.place.case for c in found.comparisons} == {c.name for c in FEW[1:]}


def test_one_that_leaves_something_unwritten_may_end_its_process_while_it_climbs(
    tmp_path, monkeypatch
):
    # `predict` is asked for by the ladder alone.
    copy(
        tmp_path, "numpy", "half_done", "mlp.py",
        "def predict(params, inputs, *, activations):\n    import os; os._exit(0)\n",
    )  # fmt: skip
    path = tmp_path / "half_done" / "optimizers" / "__init__.py"
    text = path.read_text(encoding="utf-8")
    added = "def lion(learning_rate, b1=0.9, b2=0.99, weight_decay=0.0): raise NotImplementedError"
    path.write_text(f"{text}\n{added}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    asked = ("mlp.forward", "mlp.predict", "optimizers.lion")
    rungs_asked = [rung for rung in ladder._rungs() if rung[0] in asked]
    monkeypatch.setattr(ladder, "_rungs", lambda: rungs_asked)
    lion = [c for c in every_case() if c.name == "lion-array-float64"]
    status = judged({"half_done": "half_done"}, cases=lion).frameworks["half_done"]
    rungs = {rung.name: rung for rung in status.ladder}
    assert rungs["mlp.predict"].note == "at classes in float64 it ends its process with exit code 0"
    assert rungs["mlp.forward"].status == "done"
    assert rungs["optimizers.lion"].status == "not written"


ODD = [None, True, 1.5, "x", [], ["x"], ["x", "y", "z"], {}, {"a": 1}, np.zeros(3), np.zeros(0)]


def spoiled(value):
    """The value with something odd in place of it or of any part of it, each in turn."""
    yield from ODD
    for key, part in value.items() if isinstance(value, dict) else ():
        yield {k: v for k, v in value.items() if k != key}
        for odd in spoiled(part):
            yield value | {key: odd}


def test_whatever_a_worker_sends_it_is_a_result_or_an_error_of_its_own():
    exact = FEW[0].exactly()
    numpy = load("numpy", "reference_numpy")
    honest = compute_here("numpy", "reference_numpy", FEW[0], None)
    sent, direct = received(honest, exact, None).stages, compute(FEW[0], numpy).stages
    assert sent.keys() == direct.keys()
    for stage, quantities in direct.items():
        for quantity, tensors in quantities.items():
            for place, tensor in tensors.items():
                np.testing.assert_array_equal(sent[stage][quantity][place].value, tensor.value)
    complete = 0
    for reply in spoiled(honest):
        try:
            found = received(reply, exact, None)
        except MessageError:
            continue
        if found.raised is None and found.not_written is None:
            complete += 1
            assert found.stages.keys() == exact.keys()
    assert complete  # some have other tensors, which the comparison names
    for reply in (*ODD, *([*("1", "verified", [])[:i], odd, *("1", "verified", [])[i + 1 :]]
                          for i in range(3) for odd in ODD)):  # fmt: skip
        try:
            status = status_received(reply)
        except MessageError:
            continue
        assert status.status in tuple(Outcome)
        assert all(isinstance(text, str) for text in (status.version or "", *status.reasons))


# ----- frameworks that the built-in ones share a library with -----


TORCH = [
    "torch.set_flush_denormal(True)",
    "torch.set_default_dtype(torch.float16)",
    "torch.set_default_device('meta')",
    "held = torch.inference_mode(); held.__enter__()",
    "held = torch.autocast('cpu'); held.__enter__()",
    "torch.set_grad_enabled(False)",
]
JAX = [
    "jax.config.update('jax_enable_x64', False)",
    "jax.config.update('jax_numpy_dtype_promotion', 'strict')",
    "jax.config.update('jax_transfer_guard', 'disallow')",
    "jax.config.update('jax_disable_jit', True)",
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("library", "settings"), [("torch", TORCH), ("jax", JAX)])
def test_settings_of_a_library_reach_nobody_else(tmp_path, monkeypatch, library, settings):
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    # One makes them all: a process of its own for each would take long, and tell no more.
    lines = "\n".join(settings)
    copy(tmp_path, library, "sets_all", "__init__.py", f"import {library}\n{lines}\n")
    monkeypatch.syspath_prepend(tmp_path)
    names = ("numpy", library)
    packages = {"sets_all": "sets_all"} | {name: f"reference_{name}" for name in names}
    found = judged(packages, Limits(memory=3000))
    assert [found.frameworks[name].status for name in names] == ["verified", "verified"]
    assert all(c.holds for c in found.comparisons if c.frameworks[0] in names)
    alone = judged({library: packages[library]}, Limits(memory=3000))
    assert alone.frameworks[library] == found.frameworks[library]
    assert alone.comparisons == [c for c in found.comparisons if c.frameworks == (library, "exact")]


def test_jax_keeps_what_it_compiles_if_and_only_if_it_may(tmp_path, monkeypatch):
    if find_spec("jax") is None:
        pytest.skip("jax is not installed")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    for cache in (False, True):
        assert judged({"jax": "reference_jax"}, Limits(cache=cache), FEW[:1]).holds
        assert bool(list(tmp_path.iterdir())) == cache
