"""What one framework alone says of its arrays, and devices; the rest is a case of conduct."""

import numpy as np
import pytest


def test_the_entries_of_what_a_tape_watches_are_its_values():
    """They are read for messages, and must not fail on what is differentiated at that moment."""
    autograd = pytest.importorskip("autograd", reason="HIPS autograd is not installed")
    arrays = pytest.importorskip("reference_autograd.arrays", reason="it is not installed")
    seen = []

    def watched(x):
        assert arrays.is_array(x)
        entries = arrays.entries(x)
        seen.append((entries.tolist(), entries.dtype, arrays.shape(x), arrays.dtype_name(x)))
        return x.sum()

    assert autograd.grad(watched)(np.ones(2)).tolist() == [1.0, 1.0]
    assert seen == [([1.0, 1.0], "float64", (2,), "float64")]


def test_jax_traces_and_says_so():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    from reference_jax import arrays

    seen = []
    jax.jit(lambda x: seen.append((arrays.is_traced(x), arrays.shape(x))))(np.ones(3))
    assert seen == [(True, (3,))]


def test_jax_refuses_what_it_would_change():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    from reference_jax import arrays

    with jax.enable_x64(False) if hasattr(jax, "enable_x64") else jax.experimental.disable_x64():
        with pytest.raises(TypeError, match="JAX would change float64 to float32"):
            arrays.convertible(np.ones(2))
        arrays.convertible(np.ones(2, "float32"))


def test_a_device_that_is_not_there_is_an_error_with_its_reason(framework):
    mine = framework.arrays.from_entries(np.ones(2))
    try:
        moved = framework.arrays.to_device(mine, "cuda")
    except RuntimeError as error:
        reason = str(error)
        assert "CPU only" in reason or "no CUDA device on this machine" in reason
        pytest.skip(f"no GPU for {framework.name}: {reason}")
    assert "cuda" in str(moved.device).lower()
    assert framework.arrays.entries(moved).tolist() == [1.0, 1.0]
