"""What every framework says of its arrays: the modules that are the same everywhere rely on it."""

import numpy as np
import pytest

DTYPES = ("float64", "float32")
VALUES = (
    np.array([[1.5, -0.0, np.inf], [1e-40, 2.0, -7.25]]),
    np.array([0.1, 0.2]),
    np.array(3.75),
)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("values", VALUES, ids=lambda values: f"{values.ndim} axes")
def test_entries_go_in_and_come_out_as_they_were(framework, values, dtype):
    arrays, values = framework.arrays, values.astype(dtype)
    arrays.convertible(values)
    mine = arrays.from_entries(values.copy())
    assert arrays.is_array(mine)
    assert arrays.is_floating(mine)
    assert not arrays.is_traced(mine)
    assert arrays.dtype_name(mine) == dtype
    assert arrays.shape(mine) == values.shape
    assert type(arrays.shape(mine)) is tuple
    found = arrays.entries(mine)
    assert isinstance(found, np.ndarray)
    assert found.dtype == dtype
    assert found.tobytes() == values.tobytes()
    assert arrays.to_device(mine, "cpu") is not None
    assert np.array_equal(arrays.entries(arrays.to_device(mine, "cpu")), values)


def test_entries_are_copied_on_the_way_in(framework):
    values = np.array([1.0, 2.0])
    mine = framework.arrays.from_entries(values)
    values[0] = 7
    assert framework.arrays.entries(mine).tolist() == [1.0, 2.0]


def test_a_view_with_negative_strides_goes_in(framework):
    values = np.arange(6.0).reshape(2, 3)[::-1, ::-1]
    mine = framework.arrays.from_entries(values)
    assert np.array_equal(framework.arrays.entries(mine), values)


def test_the_classes_of_a_prediction_have_entries_too(framework):
    arrays, params = framework.arrays, framework.params
    layer = params.Layer(np.eye(3), np.zeros(3))
    inputs = params.from_numpy(np.array([[1.0, 3.0, 2.0], [5.0, 4.0, 0.0]]))
    classes = framework.mlp.predict(params.from_numpy((layer,)), inputs, activations=["identity"])
    found = arrays.entries(classes)
    assert found.dtype.kind in "iu"
    assert found.tolist() == [1, 0]
    assert arrays.shape(classes) == (2,)
    assert not arrays.is_floating(classes)
    assert arrays.dtype_name(classes) == found.dtype.name


@pytest.mark.parametrize("value", ["a word", None, (1.0, 2.0), {"a": 1.0}])
def test_other_things_are_no_arrays(framework, value):
    assert not framework.arrays.is_array(value)


def test_two_dtypes_differ(framework):
    arrays = framework.arrays
    limit = framework.declared.limit(dtypes=["float32"])
    if limit is not None:
        pytest.skip(f"{framework.name} has one dtype: {limit}")
    single, double = (arrays.from_entries(np.ones(2, dtype)) for dtype in ("float32", "float64"))
    assert not arrays.same_dtype(single, double)
    assert arrays.same_dtype(single, arrays.from_entries(np.zeros(3, "float32")))


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
