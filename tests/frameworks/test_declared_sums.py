"""Which sums a framework declares to add up in float32: read as meant, or refused."""

import pytest

from crosscheck.frameworks.declarations import DeclarationError, Declarations, read


def written(tmp_path, text):
    path = tmp_path / "crosscheck.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_kinds_of_sums_are_read_by_their_dtype(tmp_path):
    text = '[float32_sums]\nbfloat16 = ["products", "sums"]\nfloat16 = []\n'
    declared = read(written(tmp_path, text))
    assert declared.float32_sums == {"bfloat16": ("products", "sums"), "float16": ()}
    assert Declarations().float32_sums == {}
    assert declared != Declarations()
    hash(declared)  # functions that are cached take frameworks


BAD = {
    "float32_sums = 3": "float32_sums must be a table: write [float32_sums], not 3",
    "[[float32_sums]]": "float32_sums must be a table: write [float32_sums], not [{}]",
    "[float32_sums]\nfloat32 = []": "[float32_sums]: unknown 'float32': known are bfloat16, ",
    "[float32_sums]\nfloat16 = ['means']": "float16 must be a list of products, sums, not ['means",
    "[float32_sums]\nfloat16 = [['sums']]": "float16 must be a list of products, sums, not [['su",
    "[float32_sums]\nfloat16 = 'sums'": "float16 must be a list of products, sums, not 'sums'",
}


@pytest.mark.parametrize("text", BAD)
def test_other_declarations_of_sums_are_refused_with_the_file(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(DeclarationError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert BAD[text] in str(refused.value)
