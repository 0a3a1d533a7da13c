"""Where JAX keeps what it compiled."""

import json
import os
import stat

import pytest

from crosscheck.frameworks import compiled, registry


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(compiled, "version", lambda name: "9.9")
    for variable in (compiled.FOLDER_VARIABLE, compiled.TORCH_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "backprop-crosscheck"


def test_the_cache_is_private_and_keyed_by_package_version_and_processor(cache_folder, monkeypatch):
    found = compiled.jax_cache("mine")
    folder = found["JAX_COMPILATION_CACHE_DIR"]
    assert os.path.basename(folder) == "mine"
    assert stat.S_IMODE(os.stat(os.path.dirname(folder)).st_mode) == 0o700
    assert found["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] == "0"
    folders = {folder, compiled.jax_cache("other")["JAX_COMPILATION_CACHE_DIR"]}
    monkeypatch.setattr(compiled, "version", lambda name: "9.10")
    folders.add(compiled.jax_cache("mine")["JAX_COMPILATION_CACHE_DIR"])
    monkeypatch.setattr(compiled, "_processor", lambda: "another")
    folders.add(compiled.jax_cache("mine")["JAX_COMPILATION_CACHE_DIR"])
    assert len(folders) == 4


def test_what_pytorch_compiles_goes_into_a_private_folder_too(cache_folder, monkeypatch):
    folder = compiled.torch_cache()["TORCHINDUCTOR_CACHE_DIR"]
    assert os.path.dirname(folder) == str(cache_folder / "torch")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "mine")
    assert compiled.torch_cache() == {}


def test_before_a_framework_is_imported_it_is_told_so(cache_folder, monkeypatch):
    monkeypatch.setenv("JAX_ENABLE_X64", "0")
    registry.prepare()
    assert os.environ["TORCHINDUCTOR_CACHE_DIR"].startswith(str(cache_folder))


def test_a_folder_that_others_may_write_to_is_taken_from_them(cache_folder):
    folder = compiled.jax_cache("mine")[compiled.FOLDER_VARIABLE]
    os.chmod(os.path.dirname(folder), 0o777)
    assert compiled.jax_cache("mine")[compiled.FOLDER_VARIABLE] == folder
    assert stat.S_IMODE(os.stat(os.path.dirname(folder)).st_mode) == 0o700


def test_who_has_no_home_keeps_nothing(cache_folder, monkeypatch):
    def no_home(name):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(compiled, "user_cache_path", no_home)
    assert compiled.jax_cache("mine") == {}


def test_what_cannot_be_read_is_forgotten_and_not_warned_of_for_ever(tmp_path):
    (tmp_path / "half").write_bytes(b"ha")
    care = "UserWarning: care"
    assert compiled.forget_unreadable(str(tmp_path), [care]) == [care]
    assert (tmp_path / "half").exists()
    warned = ["UserWarning: Error reading persistent compilation cache entry for 'x': ...", care]
    assert compiled.forget_unreadable(str(tmp_path), warned) == [care]
    assert not (tmp_path / "half").exists()
    # Whoever gives such a warning, there may be no folder, or another one in it.
    (tmp_path / "folder").mkdir()
    for folder in (tmp_path, tmp_path / "nosuch"):
        assert compiled.forget_unreadable(str(folder), warned) == [care]


def test_without_a_private_folder_nothing_is_kept(cache_folder, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert compiled.jax_cache("mine") == {}
    monkeypatch.undo()


def test_a_folder_that_cannot_be_made_is_no_error(cache_folder):
    cache_folder.write_text("a file")
    assert compiled.jax_cache("mine") == {}


def test_the_folder_that_a_user_chose_is_used(cache_folder, monkeypatch):
    monkeypatch.setenv(compiled.FOLDER_VARIABLE, "mine")
    assert compiled.jax_cache("mine") == {}
    assert not cache_folder.exists()


def test_the_processor_has_a_short_name():
    assert json.dumps(compiled._processor()).isascii()
    assert compiled._processor() == compiled._processor()
