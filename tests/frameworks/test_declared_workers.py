"""What a framework says of several workers: of which kind they are, or that it knows of none."""

from dataclasses import replace

import pytest

from crosscheck.frameworks.contract import CONTRACT_VERSION
from crosscheck.frameworks.declarations import DeclarationError, Declarations, declared_by, read
from crosscheck.frameworks.registry import BUILT_IN


def test_who_says_nothing_of_workers_is_asked_for_one_alone():
    silent = Declarations(contract=CONTRACT_VERSION)
    assert silent.limit(workers={"1"}) is None
    assert silent.limit(workers={"3"}) == "it does not say how several workers share a batch"
    assert Declarations(workers="shards").limit(workers={"3"}) is None


def test_workers_are_of_a_known_kind(tmp_path):
    path = tmp_path / "crosscheck.toml"
    path.write_text('workers = "threads"\n')
    message = "workers must be one of devices, processes, shards, not 'threads'"
    with pytest.raises(DeclarationError, match=message):
        read(path)


def test_the_built_in_declare_their_contract_workers_and_sums_and_nothing_else():
    kinds = {"numpy": "shards", "torch": "processes", "jax": "devices"}
    for name, package in BUILT_IN.items():
        expected = Declarations(contract=CONTRACT_VERSION, workers=kinds[name])
        # Which sums are in float32 is measured in tests/references/test_float32_sums.py.
        assert replace(declared_by(package), float32_sums=expected.float32_sums) == expected
