"""The catalogues: what is translated, what stays, and that both languages say the same."""

import json
import re
from pathlib import Path

import pytest
from chinese_console import ChineseConsole
from english import english
from rich.console import Console
from spoken import PLACE, texts_of

from crosscheck.report import languages
from crosscheck.report.languages import catalogue, in_language, joined, mark, translate, translated

CODE = Path(languages.__file__).parents[1]
FOLDER = CODE / "report" / "chinese"
NAMES = ("terminal", "checking", "worksheets", "pictures")
OWN = {
    english: chinese
    for name in NAMES
    for english, chinese in json.loads((FOLDER / f"{name}.json").read_text("utf-8")).items()
}
PLACES = re.compile(r"\{(\w+)\}")


def test_a_name_in_capitals_stays_and_any_other_piece_is_translated():
    assert translate("gradient of loss", "zh") == "loss 的梯度"
    assert translate("squared error, the sum over the batch", "zh") == "平方误差，对批求和"
    assert translated("loss by wrong") == "损失由 wrong 计算"
    assert translate("anything at all", "en") == "anything at all"
    with pytest.raises(KeyError, match="anything at all"):
        translate("anything at all", "zh")
    assert translated("anything at all") == "anything at all"


def test_clauses_are_translated_one_by_one_and_a_semicolon_in_somebodys_words_divides_nothing():
    assert translated("samples in rows; outputs by forward") == "每行一个样本；输出由 forward 计算"
    assert translated("raises ValueError: a; b") == "抛出 `ValueError: a; b`"
    assert translated("odd; samples in rows; outputs by f") == "odd；每行一个样本；输出由 f 计算"


def test_a_pattern_takes_no_part_of_a_longer_sentence():
    advice = (
        "it has no loss. If that is meant to be the squared error, the slope of the last "
        "activation is missing: --loss squared_error holds it to that"
    )
    assert translated(advice).startswith("没有损失函数。如果本意是平方误差")
    penalty = "squared error, half the mean over the batch, plus 0.005 times the sum of the squared"
    assert (
        translated(f"{penalty} weights") == "平方误差，对批取平均的一半，加上权重平方和的 0.005 倍"
    )


def test_of_a_list_only_what_is_no_name_is_translated():
    text = "gradients as backward returns its [0], weights ..."
    assert translated(text) == "梯度取自 backward 返回的 [0], weights……"


def test_known_mistakes_in_quotes_are_translated_one_by_one():
    text = "reproduced by the known mistake 'relu leaks', \"Nesterov's option ignored\" and 3 more"
    assert translated(f"{text} (1 of 2 failing cases)") == (
        "已知错误“relu 在负半轴漏出少许”、“忽略了 Nesterov 选项”及另外 3 个可重现"
        "（未通过的 2 个用例中的 1 个）"
    )


def test_markup_survives_and_what_holds_words_together_does_no_harm():
    console = ChineseConsole()
    assert in_language(console, "[bold red]differs:[/]") == "[bold red]不一致：[/]"
    assert in_language(console, "[yellow]not\N{NO-BREAK SPACE}compared[/]") == "[yellow]未比较[/]"
    counted = "3 [bold red]contradicted[/]"
    assert in_language(console, counted) == "[bold red]错误[/] 3 个"
    assert in_language(console, "a\N{NO-BREAK SPACE}b") == "a\N{NO-BREAK SPACE}b"


def test_a_console_without_a_language_is_english():
    console = Console()
    assert joined(console, ("right", "wrong"), "; ") == "right; wrong"
    assert joined(ChineseConsole(), ("right", "wrong"), "; ") == "正确；有误"
    assert (mark(console, " and "), mark(ChineseConsole(), " and ")) == (" and ", " 与 ")


def test_two_catalogues_do_not_disagree(tmp_path, monkeypatch):
    for name, chinese in (("one", "一"), ("two", "二")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"text": chinese}), "utf-8")
    monkeypatch.setattr(languages, "files", lambda package: Package(tmp_path))
    with pytest.raises(ValueError, match=r"two\.json translates 'text' in another way"):
        catalogue.__wrapped__()


class Package:
    def __init__(self, folder):
        self.folder = folder

    def joinpath(self, name):
        return self.folder


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_no_catalogue_says_a_text_twice(name):
    pairs = []
    json.loads((FOLDER / name).read_text("utf-8"), object_pairs_hook=pairs.extend)
    assert len(dict(pairs)) == len(pairs)


def test_both_languages_have_the_same_places():
    for text, chinese in OWN.items():
        assert {*PLACES.findall(chinese)} == {*PLACES.findall(text)}, text


def test_the_chinese_has_no_english():
    # Names in code that these texts are about.
    names = {"init", "update", "reduction", "params", "pip", "install", "py", "ipynb"}
    names |= {"backprop-crosscheck"}
    found = {text: english(said_with_numbers(chinese), names) for text, chinese in OWN.items()}
    assert {text: words for text, words in found.items() if words} == {}


def said_with_numbers(text):
    """A text without its markup, with a number in each place."""
    return PLACES.sub("1", re.sub(r"\[/?[a-z ]*\]", "", text))


# ----- the code and the catalogues -----

# Lists and patterns of the names that students use.
CODE_ALONE = {"names.py", "samples.py"}
# The modules whose texts are printed in Chinese, and the strings in them that are code.
SAID = [
    *sorted((CODE / "verification" / "checking").glob("*.py")),
    *sorted((CODE / "frameworks" / "understanding").glob("*.py")),
    *(CODE / "frameworks" / f"{name}.py" for name in ("submissions", "worker", "conformance")),
    *(CODE / "report" / f"{name}.py" for name in ("verification", "errata", "check", "few_bits")),
    *(CODE / "training" / "plots" / f"{name}.py" for name in ("training", "bench")),
    *(CODE / "report" / "worksheets" / f"{name}.py" for name in ("pages", "marks")),
    *(CODE / "verification" / f"{name}.py" for name in ("ladder", "verify", "apart", "result")),
    *(CODE / "numerics" / f"{name}.py" for name in ("comparison", "explained")),
]
SAID = [path for path in SAID if path.name not in CODE_ALONE]
WORDS = re.compile(r"[A-Za-z]*[a-z]{2,}(?: [A-Za-z']+)+")
NOT_SAID = {
    "import sys",
    "from crosscheck",
    "one pass of the loop",
    "left on the object",
    "layer pairs",
    "dict of d",
    "operand",
    "match the broadcast shape",
    "with shape",
    "class Adapter",
    "if nesterov",
    "CrossEntropyLoss",
    "def ",
    "return ",
    "no exception ended",
    "is no Framework",
    "two frameworks have one name",
    "outside right upper",
    "must be a",
}


def pieces_of(text):
    """The words of a text between its places, punctuation and markup."""
    for piece in re.split(r"; |\[/?[a-z ]*\]|[`\n]|  +|" + PLACE, text):
        yield piece.strip(" :,.;()#")


COUNTED = re.compile(
    rf"(?<!of ){PLACE} (comparison|problem|case|statement|printed number|disagreement|number|line|"
    r"update|epoch|worker|step|file)s\b(?!.*, not 1$)"
)


def test_what_is_counted_is_said_by_counted_which_knows_one():
    paths = [path for room in ("report", "cli") for path in (CODE / room).rglob("*.py")]
    texts = {path.name: [*texts_of(path)] for path in paths}
    found = {name: [text for text in said if COUNTED.search(text)] for name, said in texts.items()}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("path", SAID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_the_code_says_has_a_chinese(path):
    known = "\n".join(PLACES.sub(PLACE, text) for text in catalogue())
    missing = [
        piece
        for text in texts_of(path)
        for piece in pieces_of(text)
        if WORDS.fullmatch(piece)
        and not any(each in piece for each in NOT_SAID)
        and piece not in known
    ]
    assert missing == []


def test_no_catalogue_has_what_no_code_says():
    others = [*(CODE / "report" / "worksheets" / "templates").iterdir()]
    others += [CODE / "documents" / "002.toml", CODE / "documents" / "003.toml"]
    rooms = ("numerics", "frameworks", "documents", "verification", "training", "report", "cli")
    paths = (path for room in rooms for path in (CODE / room).rglob("*.py"))
    texts = dict.fromkeys(text.replace("{}", PLACE) for path in paths for text in texts_of(path))
    several = [f"{text}s" for text in texts if text.isalpha()]  # as `counted` says them
    said = "\n".join([*texts, *several, *(path.read_text("utf-8") for path in others)])
    stale = [
        (text, piece)
        for text in OWN
        for piece in pieces_of(PLACES.sub(PLACE, text))
        if WORDS.fullmatch(piece) and parts_in(said, piece.split(" ")) > MOST_PARTS
    ]
    assert stale == []


def test_every_text_of_a_picture_in_its_catalogue_is_one_that_the_code_draws():
    said = {text for path in (CODE / "training").rglob("*.py") for text in texts_of(path)}
    texts = json.loads((FOLDER / "pictures.json").read_text("utf-8"))
    assert [text for text in texts if PLACES.sub(PLACE, text) not in said] == []


# Of so many strings the code puts the words between two places together, at most.
MOST_PARTS = 3


def parts_in(said, words):
    """Into how few parts words must be cut, each of which is said somewhere; else very many."""
    if not words:
        return 0
    longest = len(words)
    while longest and " ".join(words[:longest]) not in said:
        longest -= 1
    return 1 + parts_in(said, words[longest:]) if longest else len(words) + MOST_PARTS
