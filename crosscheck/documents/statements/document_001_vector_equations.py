"""The statements of document 001 on the equations of vectors, and on the four basic ones."""

from collections.abc import Callable

import numpy as np

from crosscheck.documents.statements.derivatives import near
from crosscheck.documents.statements.document_001_equations import (
    TARGET,
    A,
    W,
    da_dz,
    dc_da,
    dc_db,
    dc_dw,
    dc_dz,
    gives,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements

statements = Statements("001")


@statements(
    "矢量形式",
    "In vector form: dC/da_j^(L) = dC(a_j^(L), y_j)/da_j^(L), still neuron by neuron.",
    flips=Instead("2 * (A[3] - TARGET[0])", "A[3] - TARGET[0]"),
)
def the_vector_of_output_derivatives_goes_neuron_by_neuron() -> Readings:
    return {"squared error": gives(lambda: 2 * (A[3] - TARGET[0]), dc_da(3))}


def dz_dw(layer: int, j: int) -> np.ndarray:
    """The derivative of z^(l) in the weights into its neuron j: (neuron, weight)."""
    return np.where(np.arange(len(A[layer]))[:, None] == j, A[layer - 1], 0)


# The vector equations, every product by elements; NumPy refuses those whose shapes differ.
BY_ELEMENTS: dict[str, Callable[[], np.ndarray]] = {
    "dC/da^(1)": lambda: W[2] * da_dz(2) * dc_da(2),
    "dC/dw_0^(2)": lambda: dz_dw(2, 0) * da_dz(2) * dc_da(2),
    "dC/db^(2)": lambda: np.ones(6) * da_dz(2) * dc_da(2),
}
# The same with the first product taken with a matrix, the Jacobian of z.
WITH_MATRICES: dict[str, Callable[[], np.ndarray]] = {
    "dC/da^(1)": lambda: W[2].T @ (da_dz(2) * dc_da(2)),
    "dC/dw_0^(2)": lambda: dz_dw(2, 0).T @ (da_dz(2) * dc_da(2)),
    "dC/db^(2)": lambda: np.eye(6) @ (da_dz(2) * dc_da(2)),
}


@statements(
    "矢量形式",
    "In vector form: dC/da^(l) = dz^(l+1)/da^(l) da^(l+1)/dz^(l+1) dC/da^(l+1).",
    correct="The first product is a product with a matrix: (W^(l+1))^T (sigma'(z^(l+1)) * "
    "dC/da^(l+1)).",
    flips=(
        Instead(
            "W[2] * da_dz(2) * dc_da(2)", "W[2].T @ (da_dz(2) * dc_da(2))", within="BY_ELEMENTS"
        ),
        Instead("W[2].T @ (da_dz(2) * dc_da(2))", "W[2].T @ dc_da(2)", within="WITH_MATRICES"),
    ),
)
def the_way_down_is_a_product_with_the_transposed_weights() -> Readings:
    return {
        "the first a product with a matrix": gives(WITH_MATRICES["dC/da^(1)"], dc_da(1)),
        "all elementwise, as the note below says": gives(BY_ELEMENTS["dC/da^(1)"], dc_da(1)),
    }


@statements(
    "矢量形式",
    "In vector form: dC/dw_j^(l) = dz^(l)/dw_j^(l) da^(l)/dz^(l) dC/da^(l).",
    correct="The first product is a product with a matrix, in which row j is a^(l-1) and the "
    "other rows are 0. For all weights at once the result is the outer product delta^(l) "
    "(a^(l-1))^T.",
    flips=(
        Instead(
            "dz_dw(2, 0) * da_dz(2) * dc_da(2)",
            "dz_dw(2, 0).T @ (da_dz(2) * dc_da(2))",
            within="BY_ELEMENTS",
        ),
        Instead(
            "dz_dw(2, 0).T @ (da_dz(2) * dc_da(2))",
            "dz_dw(2, 0).T @ dc_da(2)",
            within="WITH_MATRICES",
        ),
    ),
)
def the_derivative_in_the_weights_is_an_outer_product() -> Readings:
    return {
        "the first a product with a matrix": gives(WITH_MATRICES["dC/dw_0^(2)"], dc_dw(2)[0]),
        "all elementwise, as the note below says": gives(BY_ELEMENTS["dC/dw_0^(2)"], dc_dw(2)[0]),
    }


@statements(
    "矢量形式",
    "In vector form: dC/db^(l) = dz^(l)/db^(l) da^(l)/dz^(l) dC/da^(l).",
    flips=(
        Instead("np.ones(6) * da_dz(2) *", "np.ones(6) *", within="BY_ELEMENTS"),
        Instead(
            "np.eye(6) @ (da_dz(2) * dc_da(2))", "np.eye(6) @ dc_da(2)", within="WITH_MATRICES"
        ),
    ),
)
def the_derivative_in_the_biases_goes_by_elements() -> Readings:
    return {
        "the first a product with a matrix, the identity": gives(
            WITH_MATRICES["dC/db^(2)"], dc_db(2)
        ),
        "all elementwise, as the note below says": gives(BY_ELEMENTS["dC/db^(2)"], dc_db(2)),
    }


@statements(
    "矢量形式",
    "In the vector equations all products of vectors are elementwise.",
    correct="The products with da/dz are elementwise, and so are all products in the equation for "
    "the bias. But in the equations for the previous layer and for the weights, the first product "
    "is a product with a matrix.",
    flips=Instead("equations = BY_ELEMENTS", "equations = WITH_MATRICES"),
)
def not_all_products_are_taken_by_elements() -> Readings:
    equations = BY_ELEMENTS
    return {
        "in each of the three": gives(equations["dC/da^(1)"], dc_da(1))
        and gives(equations["dC/dw_0^(2)"], dc_dw(2)[0])
        and gives(equations["dC/db^(2)"], dc_db(2))
    }


@statements(
    "4 个基本公式",
    "BP1, in vector form: delta^(L) = dC/da^(L) * sigma'(z^(L)).",
    flips=Instead("dc_da(3) * da_dz(3)", "dc_da(3)"),
)
def the_error_of_the_outputs_is_their_derivative_times_the_slope_of_sigma() -> Readings:
    return {"by elements": gives(lambda: dc_da(3) * da_dz(3), dc_dz(3))}


@statements(
    "4 个基本公式",
    "BP2, in vector form: delta^(l) = (W^(l+1))^T delta^(l+1) * sigma'(z^(l)).",
    flips=(Instead("dc_dz(2) * da_dz(1)", "dc_dz(2)"), Instead("dc_dz(3) * da_dz(2)", "dc_dz(3)")),
)
def the_error_of_a_hidden_layer_comes_through_the_weights_above() -> Readings:
    return {
        "layer 1": gives(lambda: W[2].T @ dc_dz(2) * da_dz(1), dc_dz(1)),
        "layer 2": gives(lambda: W[3].T @ dc_dz(3) * da_dz(2), dc_dz(2)),
    }


@statements(
    "4 个基本公式",
    "BP3, for single parameters: dC/db_j^(l) = delta_j^(l).",
    flips=Instead("dc_dz(2)[j])", "dc_da(2)[j])"),
)
def the_derivative_in_a_bias_is_the_error() -> Readings:
    return {"layer 2": all(near(dc_db(2)[j], dc_dz(2)[j]) for j in range(6))}


@statements(
    "4 个基本公式",
    "BP4, for single parameters: dC/dw_jk^(l) = a_k^(l-1) delta_j^(l).",
    flips=Instead("* dc_dz(2)[j]", "* dc_da(2)[j]"),
)
def the_derivative_in_a_weight_is_an_activation_times_an_error() -> Readings:
    each = [[A[1][k] * dc_dz(2)[j] for k in range(4)] for j in range(6)]
    return {"layer 2": gives(lambda: np.array(each), dc_dw(2))}
