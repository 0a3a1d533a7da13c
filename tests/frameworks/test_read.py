"""`crosscheck read`: definitions found by their names, their lines beside each other."""

import json

import pytest
from click.testing import CliRunner
from rich.console import Console

from crosscheck.cli.main import main
from crosscheck.frameworks import reading
from crosscheck.frameworks.contract import FILES, SIGNATURES
from crosscheck.frameworks.reading import Row, UnknownNameError, align, find
from crosscheck.frameworks.registry import BUILT_IN
from crosscheck.report.read import show_definitions

PACKAGES = list(BUILT_IN.values())


def read(*arguments):
    return CliRunner().invoke(main, ["read", *arguments])


def test_every_name_of_the_contract_can_be_read_in_every_framework():
    for module, signatures in SIGNATURES.items():
        for signature in signatures:
            name = f"{module}.{signature.partition('(')[0]}"
            for package, found in zip(PACKAGES, find(name, PACKAGES), strict=True):
                assert found.name == name
                assert found.path.startswith(f"{package}/{module}")
                text = "\n".join(found.lines)
                assert signature.partition("(")[0] in text


def test_a_definition_is_what_stands_in_the_file():
    (found,) = find("adam", ["reference_numpy"])
    text = (reading.folder_of("reference_numpy") / "optimizers" / "moments.py").read_text("utf-8")
    lines = text.splitlines()
    assert tuple(lines[found.line - 1 : found.line - 1 + len(found.lines)]) == found.lines
    assert found.lines[0] == "def adam("
    assert found.lines[-1].strip() == "return Elementwise(two_moments, update)"


def test_the_comments_right_above_belong_to_a_definition():
    (found,) = find("params.INITIALIZERS", ["reference_numpy"])
    assert found.lines[0].startswith("# What each initializer draws")


def test_a_module_is_all_that_is_in_it_in_its_order():
    names = reading.parts("gradients", PACKAGES)
    assert names[:4] == [
        "gradients",
        "gradients.value_and_grad",
        "gradients.unchecked_value_and_grad",
        "gradients.deltas",
    ]
    assert {"gradients._backward", "gradients._record"} <= set(names)  # one has the one alone
    heads = find("gradients", PACKAGES)
    assert [each.path for each in heads] == [f"{package}/gradients.py" for package in PACKAGES]
    assert "    BP3   dC/db^(l) = delta^(l)" in heads[0].lines
    assert heads[1].lines[-1].startswith(("from", "import"))
    assert reading.parts("adam", PACKAGES) == ["optimizers.adam"]
    assert reading.parts("optimizers", ["reference_numpy"])[:2] == [
        "optimizers",
        "optimizers.LearningRate",
    ]


def test_a_folder_is_read_in_the_order_of_the_contract_what_it_does_not_know_before_its_last(
    tmp_path, monkeypatch
):
    paths = [each.path for each in reading.definitions("reference_numpy", "optimizers").values()]
    stems = [path.rpartition("/")[2].removesuffix(".py") for path in dict.fromkeys(paths)]
    assert stems == list(FILES["optimizers"]) == [*stems[:-1], "__init__"]
    names = reading.parts("optimizers", PACKAGES)
    order = [names.index(f"optimizers.{name}") for name in ("decayed", "sgd", "adagrad", "adam")]
    assert order == sorted(order)
    assert names.index("optimizers.adam") < names.index("optimizers.nadam")
    folder = tmp_path / "half_written" / "optimizers"
    folder.mkdir(parents=True)
    for stem in ("adamant", "scaled", "descent", "__init__"):
        (folder / f"{stem}.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    found = [file.stem for file in reading.files_of("half_written", "optimizers")]
    assert found == ["descent", "scaled", "adamant", "__init__"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("optimizers.adm", "did you mean optimizers.adam"),
        ("softmx", "did you mean activations.softmax"),
        ("gradient", "did you mean gradients"),
        ("qqqq", "no framework has 'qqqq'"),
        ("_steps", "no framework has '_steps'"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(name, advice):
    with pytest.raises(UnknownNameError) as refused:
        find(name, ["reference_numpy"])
    assert advice in str(refused.value)
    assert str(refused.value).endswith("'") is ("did you mean" not in advice)


def test_a_name_that_several_modules_have_is_asked_back():
    with pytest.raises(UnknownNameError, match=r"'momentum' may be optimizers.momentum or x"):
        raise UnknownNameError(reading._advice("momentum", ["optimizers.momentum", "x"], []))


def test_what_only_one_framework_has_is_none_in_the_others():
    found = find("epochs._steps", PACKAGES)
    assert [each is None for each in found] == [True, True, False]


def test_lines_that_read_the_same_stand_beside_each_other():
    one = ["a = np.exp(z)", "b = a + 1", "return b"]
    other = ["a = torch.exp(z)", "check(a)", "b = a + 1", "return b"]
    third = ["a = jnp.exp(z)", "b = a + 2", "return b", "# done"]
    assert align([one, other, third]) == [
        Row((0, 0, 0), True),
        Row((None, 1, None), False),
        Row((1, 2, 1), False),
        Row((2, 3, 2), True),
        Row((None, None, 3), False),
    ]


def test_every_line_of_every_column_has_a_row_of_its_own():
    for name in ("optimizers.adam", "activations.sigmoid", "training", "gradients.deltas"):
        columns = [each.lines for each in find(name, PACKAGES)]
        rows = align(columns)
        for column, lines in enumerate(columns):
            shown = [row.cells[column] for row in rows if row.cells[column] is not None]
            assert shown == list(range(len(lines)))
        assert any(row.same for row in rows)


def test_texts_that_differ_in_the_namespace_alone_do_not_differ():
    rows = align([each.lines for each in find("losses.binary_cross_entropy", PACKAGES)])
    assert all(row.same for row in rows)


def shown(name, width):
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    show_definitions(console, dict(zip(BUILT_IN, find(name, PACKAGES), strict=True)))
    console.file.close()
    return console.export_text().splitlines()


def test_a_wide_terminal_has_columns_and_marks_what_differs():
    lines = shown("activations.relu", 200)
    (marked,) = [line for line in lines if line.startswith("│ ≠")]
    for text in ("np.maximum(z, 0)", "torch.relu(z)", "jax.nn.relu(z)"):
        assert text in marked


def test_a_narrow_terminal_has_them_below_each_other():
    lines = shown("activations.relu", 80)
    heads = [line.split()[0] for line in lines if "/activations.py:" in line]
    assert heads == ["numpy", "torch", "jax"]
    assert [line for line in lines if line.startswith("≠ ") and "return" in line] == [
        "≠     return np.maximum(z, 0)",
        "≠     return torch.relu(z)",
        "≠     return jax.nn.relu(z)",
    ]


def test_the_command_shows_writes_json_and_refuses_what_is_unknown():
    result = read("relu", "--framework", "numpy", "--framework", "jax", "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)["definitions"]
    assert [each["framework"] for each in found] == ["numpy", "jax"]
    assert found[1]["path"] == "reference_jax/activations.py"
    assert "np.maximum(z, 0)" in result.stderr
    for arguments, message in (
        (["sofmax"], "did you mean activations.softmax"),
        (["relu", "--framework", "nosuch"], "'nosuch' is neither a framework"),
        (["relu", "--framework", "this"], "'this' is no package that can be read"),
        (["relu", "--framework", "numpy.no.x"], "'numpy.no.x' is no package that can be read"),
        (["relu", "--framework", "numpy..x"], "'numpy..x' is neither a framework"),
    ):
        refused = read(*arguments)
        assert refused.exit_code == 2
        assert message in " ".join(refused.stderr.split())


def test_who_has_it_not_is_said():
    result = read("epochs._steps")
    assert result.exit_code == 0
    assert "numpy has no epochs._steps" in result.stderr
    assert "jax.lax.scan" in result.stdout


def test_a_whole_module_is_read_definition_by_definition():
    result = read("mlp", "--framework", "numpy", "--json", "-")
    names = [each["name"] for each in json.loads(result.stdout)["definitions"]]
    assert names == [
        "mlp",
        "mlp.Trace",
        "mlp.linear",
        "mlp.forward",
        "mlp.unchecked_forward",
        "mlp.predict",
    ]
    assert result.stderr.count("reference_numpy/mlp.py:") == len(names)


@pytest.mark.parametrize("content", [b"def relu(:", b"# \xff", b"x = '\0'"])
def test_a_file_that_is_no_python_yet_is_named(tmp_path, monkeypatch, content):
    (tmp_path / "half_written").mkdir()
    (tmp_path / "half_written" / "activations.py").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    result = CliRunner().invoke(main, ["read", "relu", "--framework", "half_written"])
    assert result.exit_code == 2
    assert "activations.py cannot be read: " in " ".join(result.stderr.split())
