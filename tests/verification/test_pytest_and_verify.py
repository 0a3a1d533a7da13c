"""What one command finds of a framework the other finds too, in the same cases."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

ROOT = Path(__file__).parents[2]
FILES = ("tests/verification/test_conduct.py", "tests/verification/test_verification.py")


def test_what_is_wrong_by_verify_is_wrong_by_pytest_in_the_same_cases(tmp_path, monkeypatch):
    package = tmp_path / "careless"
    shutil.copytree(ROOT / "reference_numpy", package)
    path = package / "checks.py"
    text = path.read_text(encoding="utf-8")
    line = "    if not low <= value < high:\n"
    assert line in text
    path.write_text(text.replace(line, "    if value < low:\n"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = verify_everything(select(only=["careless"]))
    assert result.frameworks["careless"].status == "wrong"
    wrong = {c.place.case for c in result.comparisons if not c.holds}
    assert "refuses momentum of 1" in wrong
    assert "refuses a negative rate" not in wrong
    options = ["-n0", "-q", "-p", "no:cacheprovider", "--only", "careless", *FILES]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    failed = re.findall(r"^FAILED \S+::(\w+)\[careless-?(.*)\]", ended.stdout, re.M)
    assert {name for _, name in failed if name} == wrong
    assert [test for test, name in failed if not name] == [
        "test_a_framework_is_verified_or_visibly_absent"
    ]
