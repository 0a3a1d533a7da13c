"""Parameters may be called anything: which is which, their shapes show, and none is left out."""

import re
from pathlib import Path

import pytest

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.judging import Options, judge

SOURCE = Path(__file__).parents[1] / "submissions" / "letters_sigmoid_slope_at_z.py"
OWN = ("A", "a0", "B", "b0")


@pytest.mark.parametrize(
    "names",
    [
        ("M1", "c1", "M2", "c2"),
        ("U", "b", "V", "c"),
        ("first", "first_shift", "second", "second_shift"),
        ("alpha", "alpha0", "beta", "beta0"),
        ("W", "w0", "V", "v0"),
    ],
    ids=" ".join,
)
def test_what_parameters_are_called_changes_no_verdict(tmp_path, names):
    text = SOURCE.read_text(encoding="utf-8")
    for old, new in zip(OWN, names, strict=True):
        text = re.sub(rf"self\.{old}\b", f"self.<{new}>", text)
        text = text.replace(f'"{old}":', f'"<{new}>":')
    path = tmp_path / "homework.py"
    path.write_text(re.sub("[<>]", "", text), encoding="utf-8")
    report = judge(load(path).namespace, None, path.name, Options())
    assert ", ".join(names) in report.understood
    assert report.first_wrong is not None
    assert report.first_wrong.quantity == "gradient of W1"


def test_no_parameter_is_left_out_of_what_is_called_right(tmp_path):
    """Taken for the one layer of W and b it would be right, with B and c in nobody's eyes."""
    text = SOURCE.read_text(encoding="utf-8")
    for old, new in zip(OWN, ("W", "b", "B", "c"), strict=True):
        text = re.sub(rf"self\.{old}\b", f"self.<{new}>", text)
    path = tmp_path / "homework.py"
    path.write_text(re.sub("[<>]", "", text), encoding="utf-8")
    report = judge(load(path).namespace, None, path.name, Options())
    assert " for sizes (4, 3), " not in report.understood
