"""A reference with one piece of its text replaced, judged beside NumPy's."""

import shutil
from pathlib import Path

import pytest

from crosscheck.frameworks.registry import NotInstalled, load
from crosscheck.verification.cases import network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.verify import verify

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Copy a reference under another name with one piece of text replaced, and verify it."""

    def planted(reference, file, old, new, declares="", only=None):
        package = f"planted_{reference}_{tmp_path.name}".replace("-", "_")
        shutil.copytree(ROOT / reference, tmp_path / package)
        path = tmp_path / package / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {reference}/{file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        if declares:
            with (tmp_path / package / "crosscheck.toml").open("a", encoding="utf-8") as declared:
                declared.write(declares)
        monkeypatch.syspath_prepend(tmp_path)
        # Beside the copy only NumPy: the others have nothing to add, and take their time.
        frameworks = [load("numpy", "reference_numpy"), load(package, package)]
        if isinstance(frameworks[1], NotInstalled):
            pytest.skip(frameworks[1].reason)
        return package, verify(frameworks, cases=few(only))

    return planted


def few(only):
    """The cases of one group or of all; of the networks one in seven, those that begin with tanh.

    They have every loss and dtype.
    """
    tanh = [case for case in network.generated() if case.activations[0] == "tanh"]
    chosen = dict(groups()) | {"networks": tanh}
    return [case for name, cases in chosen.items() if only in (None, name) for case in cases]
