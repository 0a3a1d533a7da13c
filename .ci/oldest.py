"""Write the oldest versions that pyproject.toml allows, as constraints for `pip install -c`.

Every requirement with a lower bound becomes that version; an extra that is this project's own has
none.
"""

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement


def main() -> None:
    """Write one line for every dependency to standard output."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in sorted({Requirement(each) for group in groups for each in group}, key=str):
        if requirement.name == project["name"]:
            continue
        lowest = [each.version for each in requirement.specifier if each.operator == ">="]
        if len(lowest) != 1:
            sys.exit(f"{requirement} has no lower bound")
        print(f"{requirement.name}=={lowest[0]}")


if __name__ == "__main__":
    main()
