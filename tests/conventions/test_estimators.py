"""scikit-learn's networks are read, and train as the references do."""

import inspect
from dataclasses import replace

import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.estimators import estimator as reading
from crosscheck.conventions.estimators import running, statements
from crosscheck.conventions.estimators.estimator import is_estimator, read_estimator
from crosscheck.conventions.optimizers.parsing import CallError

neural_network = pytest.importorskip("sklearn.neural_network", reason="scikit-learn is missing")

# ----- reading -----


def test_the_arguments_and_defaults_are_those_of_the_installed_estimators():
    for name, positional in reading.POSITIONAL.items():
        parameters = inspect.signature(getattr(neural_network, name)).parameters.values()
        own = {each.name: each.default for each in parameters if each.name != "loss"}
        assert own == reading.DEFAULTS
        by_place = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
        assert tuple(by_place) == positional


def test_a_call_is_read_as_it_stands_in_a_program():
    text = "clf = MLPClassifier((20, 5), 'tanh', random_state=rng, alpha=1e-2 / 4).fit(X, y)"
    estimator = read_estimator(text)
    assert estimator["alpha"] == 0.0025
    assert estimator.hidden_activation == "tanh"
    assert "hidden_layer_sizes=(20, 5)" in estimator.text
    assert "random_state=rng" in estimator.text
    assert read_estimator(estimator.text) == estimator


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("sklearn.neural_network.MLPRegressor()", True),
        ("model = MLPClassifier(alpha=0).partial_fit(X, y)", True),
        ("torch.optim.SGD(lr=0.1)", False),
        ("MLPClassifier", False),
        ("MLPClassifier(", False),
        ("return MLPClassifier()", True),  # as much of a program as its call
        ("pass", False),
    ],
)
def test_an_estimator_is_told_from_an_optimizer(text, is_one):
    assert is_estimator(text) is is_one


REFUSED = {
    "MLPRegressor((20,))": "write hidden_layer_sizes=(20,)",
    "MLPClassifier((20,), 'tanh', 'sgd')": "takes only hidden_layer_sizes and activation",
    "MLPClassifier(solver='lbfgs')": "searches along a line",
    "MLPClassifier(solver='sgd', learning_rate='adaptive')": "depend on the data",
    "MLPClassifier(solver='sgd', learning_rate='invscaling')": "--samples 1000",
    "MLPRegressor('poisson')": "no reference has the Poisson deviance",
    "MLPClassifier(solver='rmsprop')": "known are 'lbfgs', 'sgd', 'adam'",
    "MLPClassifier(activation='elu')": "known are 'identity', 'logistic', 'tanh', 'relu'",
    "MLPClassifier(alpha=-1)": "it must be at least 0",
    "MLPClassifier(epsilon=0)": "it must be above 0",
    "MLPClassifier(alpha=True)": "it must be a finite number",
    "MLPClassifier(alpha=1e999)": "it must be a finite number",
    "MLPClassifier(power_t=10**9)": "is above 20",
    "MLPClassifier(alpha=other)": "'other' is no number",
    "MLPClassifier(batch_size=0)": "'auto' or a whole number from 1 on",
    "MLPClassifier(shuffle=1)": "True or False",
    "MLPClassifier(beta_1=1.5)": "b1 must be",
    "MLPClassifier(decay=1)": "no argument 'decay'",
    "MLPClassifier((2,), hidden_layer_sizes=(2,))": "is given twice",
    "MLPClassifier(**options)": "cannot be read",
    "MLPClassifier().fit(X, y, sample_weight=w)": "sample_weight is not read",
    "optax.sgd(0.1)": "is no call of MLPClassifier or MLPRegressor",
}


def test_there_must_be_samples():
    with pytest.raises(CallError, match="at least one sample, not 0"):
        read_estimator("MLPClassifier()", samples=0)


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_reason(text):
    with pytest.raises(CallError) as error:
        read_estimator(text)
    assert REFUSED[text] in str(error.value)


def test_the_first_argument_of_the_regressor_is_its_loss():
    with pytest.raises(ValueError, match="'loss' parameter of MLPRegressor"):
        neural_network.MLPRegressor((20,)).fit([[0.0], [1.0]], [0.0, 1.0])


# ----- the statements -----


def results():
    check = statements.estimator_check("sklearn")
    return stock.run_jobs("sklearn", check.jobs)


def test_every_statement_about_an_estimator_holds():
    found = statements.estimator_check("sklearn").read(results())
    assert len(found) == 2 * len(statements.STATEMENTS)
    assert [str(each) for each in found if not each.holds] == []


WRONG = [
    (0, "alpha=0.3", "alpha=0.30001"),
    (0, "batch_size=6", "batch_size=4"),
    (1, "alpha=0.3, batch_size=4, ", "alpha=0.3, batch_size=5, "),
    (2, "'invscaling'", "'invscaling', power_t=0.50001"),
    (2, "'invscaling'", "'constant'"),
    (3, "epsilon=0.01", "epsilon=0.010001"),
    (4, "activation='identity'", "activation='tanh'"),
    (5, "momentum=0, ", "momentum=0.1, "),
]


@pytest.mark.parametrize(("index", "own", "other"), WRONG)
def test_a_wrong_statement_does_not_hold(index, own, other):
    statement = statements.STATEMENTS[index]
    assert own in statement.call
    (result,) = stock.run_jobs("sklearn", [(running.__name__, statement.experiment.job())])
    wrong = replace(statement, call=statement.call.replace(own, other))
    steps, _ = wrong.findings(result)
    assert steps.holds is False


def test_the_loss_that_a_regressor_reports_is_not_the_one_of_its_gradient():
    statement = statements.STATEMENTS[0]
    (result,) = stock.run_jobs("sklearn", [(running.__name__, statement.experiment.job())])
    summed = [2 * value for value in result["losses"]]  # over two outputs
    _, loss = statement.findings(dict(result, losses=summed))
    assert loss.holds is False
