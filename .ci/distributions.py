"""Say which files of the packages that git has are missing from a wheel or a source archive."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

PACKAGES = ("crosscheck", "reference_numpy", "reference_torch", "reference_jax")


def names_in(path: Path) -> set[str]:
    """The files in a distribution, as they are named in the project."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return set(wheel.namelist())
    with tarfile.open(path) as source:
        return {name.partition("/")[2] for name in source.getnames()}


def main() -> int:
    """Check every distribution in the folder that is named."""
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], capture_output=True, text=True, check=True
    )
    expected = set(listed.stdout.splitlines())
    found = [*Path(sys.argv[1]).glob("*.whl"), *Path(sys.argv[1]).glob("*.tar.gz")]
    missing = {path.name: sorted(expected - names_in(path)) for path in found}
    for name, files in missing.items():
        print(f"{name} has {len(expected) - len(files)} of {len(expected)} files of the packages")
        for file in files:
            print(f"  without {file}")
    kinds = {path.suffix for path in found}
    return 1 if any(missing.values()) or kinds != {".whl", ".gz"} else 0


if __name__ == "__main__":
    sys.exit(main())
