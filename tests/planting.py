"""What the diagnosis says of a mistake that is planted in NumPy's reference."""

from crosscheck.verification.diagnosis import diagnosis_of
from crosscheck.verification.judging import attempt
from crosscheck.verification.mistakes.mistake import Mistake, as_framework


def diagnosed(name, cases, file, changes):
    """The diagnosis of a mistake, by some cases of which one at least must see it.

    Args:
        name: What it is called; no other may have the name.
        cases: The cases.
        file: The module of the reference in which it stands.
        changes: What is replaced there, and by what.
    """
    framework = as_framework(Mistake(name, "", "", file, changes))
    found = diagnosis_of([(case, attempt(case, framework)) for case in cases])
    assert found.failing
    return found
