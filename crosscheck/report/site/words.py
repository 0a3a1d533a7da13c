"""The words of the pages, in English and, for the pages of the documents, in Chinese."""

import json
import re
from functools import cache
from importlib.resources import files

from crosscheck.documents.numbers import DOCUMENTS

WORDS = {
    "en": {
        "colon": ": ",
        "comma": ", ",
        "semicolon": "; ",
        "stop": ". ",
        "skip": "Skip to the page",
        "pages": "Pages",
        "made_by": "Made by ",
        "the_run": "The run as JSON",
        "overview": "Overview",
        "worked": "Worked example",
        "side_by_side": "Side by side",
        "conventions": "Conventions",
        "sharpness": "Sharpness",
        "training": "Training",
        "document": "Document",
        "other_language": "中文",
        "summary": "Summary",
        "numbers": "Printed numbers",
        "statements": "Statements",
        "section": "section",
        "line": "line",
        "quantity": "quantity",
        "printed": "printed",
        "exact": "exact",
        "verdict": "verdict",
        "slip": "slip",
        "gives": "On its inputs this gives",
        "reproduced": "which is what is printed",
        "not_reproduced": "which is not what is printed",
        "right": "Right",
        "what_is_wrong": "What is wrong",
        "nothing_wrong": "No number that this document prints contradicts its own line.",
        "statements_fail": "Statements that fail: {}",
        "no_slip": "no slip is known that gives it",
        "which_gives": " (which gives {})",
        "count": "count",
        "meaning": "meaning",
        "everything": "show everything",
        "agreement": "To {} digits the exact values are also those of {}.",
        "readings": "Run as",
        "demonstration": "What is run",
        "wrong": "wrong",
        "confirmed": "confirmed",
        "rounded inputs": "rounded inputs",
        "inherited": "inherited",
        "contradicted": "contradicted",
        "illustration": "illustration",
        "holds": "holds",
        "fails": "fails",
        "ambiguous": "ambiguous",
        "confirmed_means": "the exact value is what is printed",
        "rounded inputs_means": "the line's own step gives it: only the rounding of inputs shows",
        "inherited_means": "its step is right, but an operand is contradicted or inherited",
        "contradicted_means": "the line's own step does not give it",
        "illustration_means": "not computed: an example of a size, or a year or count of history",
        "holds_means": "true in every reading that was run",
        "fails_means": "true in no reading that was run",
        "ambiguous_means": "it depends on the reading",
    },
    "zh": {
        "colon": "：",
        "comma": "，",
        "semicolon": "；",
        "stop": "。",
        "skip": "跳到正文",
        "pages": "页面",
        "made_by": "生成工具：",
        "the_run": "本次运行的 JSON",
        "overview": "总览",
        "worked": "算例图解",
        "side_by_side": "并排对照",
        "conventions": "各框架约定",
        "sharpness": "灵敏度",
        "training": "训练",
        "document": "文档",
        "other_language": "English",
        "summary": "小结",
        "numbers": "原文中的数值",
        "statements": "论断",
        "section": "小节",
        "line": "原文行",
        "quantity": "量",
        "printed": "原文数值",
        "exact": "精确值",
        "verdict": "判定",
        "slip": "失误",
        "gives": "代入其输入得到",
        "reproduced": "与原文一致",
        "not_reproduced": "与原文不一致",
        "right": "正确的说法",
        "what_is_wrong": "错在哪里",
        "nothing_wrong": "本文没有与其所在行矛盾的数值。",
        "statements_fail": "不成立的陈述：{}",
        "no_slip": "未找到能得出它的失误",
        "which_gives": "（照此得 {}）",
        "count": "个数",
        "meaning": "含义",
        "everything": "显示全部",
        "agreement": "取 {} 位有效数字时，以下框架的值与精确值相同：{}。",
        "readings": "按以下解读验证",
        "demonstration": "运行的代码",
        "wrong": "有误",
        "confirmed": "与精确值相符",
        "rounded inputs": "仅因输入舍入",
        "inherited": "沿袭前错",
        "contradicted": "错误",
        "illustration": "示例",
        "holds": "成立",
        "fails": "不成立",
        "ambiguous": "视解读而定",
        "confirmed_means": "精确值舍入后就是原文的数",
        "rounded inputs_means": "按该行自己的步骤可得：差别只来自输入的舍入",
        "inherited_means": "步骤本身正确，但某个操作数已错或沿袭前错",
        "contradicted_means": "按该行自己的步骤得不到它",
        "illustration_means": "并非算得：举例用的数值，或史实中的年份和次数",
        "holds_means": "运行过的每种解读下都成立",
        "fails_means": "任何解读下都不成立",
        "ambiguous_means": "取决于如何解读",
    },
}


@cache
def _texts(number: str) -> dict[str, str]:
    path = files("crosscheck.report.site") / "chinese" / f"{number}.json"
    texts: dict[str, str] = json.loads(path.read_text("utf-8"))
    return texts


# An English word in a line of a document; a Chinese page translates such a line.
ENGLISH = re.compile(r"(?<![A-Za-z_.(])[a-z]{2,}(?![A-Za-z_(])")
# These look like words and are names in formulas and code.
KEPT = {"eps", "db", "threshold"}


def is_english(text: str) -> bool:
    """Whether a line of a document has English words, and is not just a formula or Chinese."""
    return bool(set(ENGLISH.findall(text)) - KEPT)


def translate(text: str, number: str, language: str) -> str:
    """A text of the ledger in a language; those of a document of one's own stay as they are.

    Args:
        text: The text in English.
        number: The document that it is about.
        language: "en" or "zh".

    Raises:
        KeyError: If it has no translation.
    """
    return text if language == "en" or number not in DOCUMENTS else _texts(number)[text]
