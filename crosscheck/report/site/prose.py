"""Formulas within prose: `delta^(l)` or `dC/dw_jk` in a statement, as a formula of the page."""

import re

from markupsafe import Markup, escape

from crosscheck.report.site.mathml import inline

GREEK = {"delta", "sigma", "eta", "alpha", "eps"}
FUNCTIONS = {"log", "exp", "max", "sum"}
SPELLED = {"ReLU", "sigmoid", "rate", "prediction"}  # which stand in formulas as words
ARTICLES = {"a", "A", "I"}  # alone they are no symbols
BREAKS = (":=", "=", "*")
LONG = 30  # characters: a longer formula may need more than a line of a phone
COMMANDS = {"eps": r"\epsilon", "...": r"\ldots", "||": r"\Vert", "*": r"\ast"}
# An exponent or an index, and the number of a layer: W^(l), w_jk, W[l], W(2).
SCRIPT = r"(?:\^(?:\([^()]*\)|\{[^{}]*\}|\w)|_(?:\([^()]*\)|\d[\d,]*\d|\w+)|\[\w[-+\w]*\])"
LAYER = r"(?:(?<=[WXZaztx])\((?:\d|m'?)\))?"
SYMBOL = rf"(?:[A-Za-z]\d?{LAYER}|{'|'.join(sorted(GREEK))})'?"
END = r"(?![A-Za-z])"
PIECE = re.compile(
    rf"(?P<code>\w+\(\)|[A-Za-z]{{3,}}(?:_[A-Za-z]{{3,}})+|\w+(?:\[[^\]]*\])?\.T\b|[a-z]{{3,}}\d)"
    rf"|(?P<derivative>d[A-Za-z]{LAYER}{SCRIPT}*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?"
    rf"/d[A-Za-z]{LAYER}{SCRIPT}*){END}"
    rf"|(?P<root>sqrt\([^()]*\))"
    rf"|(?P<symbol>(?:{'|'.join(sorted(FUNCTIONS | SPELLED))}|{SYMBOL}){SCRIPT}*){END}"
    r"|(?P<number>\d+(?:[,.]\d+)*(?:e-?\d+)?)"
    rf"|(?P<operator>:=|\.\.\.|\|\|(?:{SCRIPT})?|[)\]]{SCRIPT}*|[-+*/=<>|@([])"
    r"|(?P<space>\ )"
    r"|(?P<comma>,)"
    r"|(?P<text>[A-Za-z]+(?:['_]?\w)*|.)",
    re.DOTALL,
)
MATHEMATICAL = ("derivative", "root", "symbol", "number", "operator", "space", "comma")
Piece = tuple[str, str]  # its kind, a group of PIECE, and its text


def with_formulas(text: str) -> Markup:
    """A text with its formulas as MathML, and the names of code as code.

    Args:
        text: Prose in either language, its formulas in ASCII.
    """
    made, run = Markup(), list[Piece]()
    for match in PIECE.finditer(text):
        piece = (str(match.lastgroup), match.group())
        if piece[0] in MATHEMATICAL:
            run.append(piece)
            continue
        made += _of_run(run, before_word=piece[1].isalpha() and piece[1].isascii())
        run = []
        made += Markup("<code>{}</code>").format(piece[1]) if piece[0] == "code" else piece[1]
    return made + _of_run(run)


def _of_run(run: list[Piece], before_word: bool = False) -> Markup:
    """What may be a formula: split where it is two, without what is around it.

    Args:
        run: Its pieces.
        before_word: Whether an English word follows.
    """
    cut = _cut(run)
    if cut is not None:
        return _of_run(run[:cut]) + escape(run[cut][1]) + _of_run(run[cut + 1 :], before_word)
    start, end = 0, len(run)
    while start < end and _is_before(run[start:end]):
        start += 1
    while end > start and _is_after(run[end - 1]):
        end -= 1
    if before_word and end - start > 1 and run[end - 1][1] in ARTICLES:
        # "W(2) a column", but "z = W a needs".
        end -= 2 * all(kind != "operator" for kind, _ in run[start:end])
    before, formula, after = run[:start], run[start:end], run[end:]
    return _written(before) + _of_formula(formula) + _written(after)


def _cut(run: list[Piece]) -> int | None:
    """Where a run ends that is no single formula: at a lone bracket or a comma in none."""
    opened = list[int]()
    for index, (kind, text) in enumerate(run):
        if text in ("(", "["):
            opened.append(index)
        elif text[0] in ")]":
            if not opened:
                return index
            if {"(": ")", "[": "]"}[run[opened.pop()][1]] != text[0]:
                return index
        elif kind == "comma" and not opened:
            return index
    return opened[0] if opened else None


def _is_before(run: list[Piece]) -> bool:
    """Whether a run begins with what belongs to the prose: an article, a space, a dash."""
    kind, text = run[0]
    if kind == "symbol" and text in ARTICLES | FUNCTIONS | SPELLED:
        return len(run) < 3 or (run[1][0] == "space" and run[2][0] != "operator")
    return kind == "space" or (kind == "operator" and text not in ("(", "[", "-", "|", "||"))


def _is_after(piece: Piece) -> bool:
    kind, text = piece
    return kind == "space" or (kind == "operator" and text[0] not in ")]|" and text != "...")


def _of_formula(formula: list[Piece]) -> Markup:
    if not _is_formula(formula):
        return _written(formula)
    parts = _parts(formula) if len(_written(formula)) > LONG else [formula]
    # What begins with an operator keeps its spaces by an empty group before it.
    latex = [("{} " if part[0][1] in BREAKS else "") + _latex(part) for part in parts]
    return Markup(" ").join(map(inline, latex))


def _parts(formula: list[Piece]) -> list[list[Piece]]:
    """A long formula in parts, between which a line may break: at = and * in no bracket."""
    parts, depth = [list[Piece]()], 0
    for piece in formula:
        depth += (piece[1] in ("(", "[")) - (piece[1][0] in ")]")
        if depth == 0 and piece[1] in BREAKS and parts[-1]:
            while parts[-1][-1][0] == "space":
                parts[-1].pop()
            parts.append([])
        parts[-1].append(piece)
    return parts


def _is_formula(formula: list[Piece]) -> bool:
    """Whether it has a symbol, and is no word alone such as log; of numbers only a product."""
    symbols = [text for kind, text in formula if kind in ("symbol", "derivative", "root")]
    if len(formula) == 1:
        return bool(symbols) and symbols[0] not in FUNCTIONS | SPELLED
    return bool(symbols) or any(text == "*" for _, text in formula)


def _written(pieces: list[Piece]) -> Markup:
    return escape("".join(text for _, text in pieces))


def _latex(formula: list[Piece]) -> str:
    made = []
    for index, (kind, text) in enumerate(formula):
        if kind == "derivative":
            above, below = re.split(r"/(?=d[A-Za-z])", text, maxsplit=1)
            made.append(rf"\frac{{\partial {_of(above[1:])}}}{{\partial {_of(below[1:])}}}")
        elif kind == "root":
            made.append(rf"\sqrt{{{_of(text[5:-1])}}}")
        elif kind == "symbol":
            made.append(_symbol(text))
        elif kind == "operator":
            scripts = "".join(re.findall(SCRIPT, text))
            base = text.removesuffix(scripts)
            if text == "*" and {kind for kind, _ in formula} <= {"number", "operator", "space"}:
                base = r"\times"
            made.append(COMMANDS.get(base, base) + _scripts(scripts, base))
        elif kind == "space":
            around = {formula[index - 1][0], formula[index + 1][0]}
            made.append(" " if "operator" in around else r" \, ")
        else:
            made.append(text)
    return " ".join(made)


def _of(text: str) -> str:
    """LaTeX for a part of a formula."""
    return _latex([(str(match.lastgroup), match.group()) for match in PIECE.finditer(text)])


def _symbol(text: str) -> str:
    name = re.match(r"[A-Za-z]+", text)
    assert name is not None  # as PIECE has it
    base, rest = name.group(), text[name.end() :]
    digit = re.match(r"\d", rest)
    if digit:
        base, rest = f"{base}_{digit.group()}", rest[1:]
    elif base in SPELLED:
        base = rf"\text{{{base}}}"
    elif base in GREEK | FUNCTIONS:
        base = COMMANDS.get(base, rf"\{base}")
    prime = "'" if rest.startswith("'") else ""
    return base + prime + _scripts(rest.removeprefix("'"), base)


def _scripts(text: str, base: str) -> str:
    """The exponents and indices after a symbol; the number of a layer keeps its brackets."""
    above = below = ""
    for each in re.findall(rf"{SCRIPT}|\([^()]*\)", text):
        inner = each[1:].strip("{}")
        if each[0] == "_":
            below += inner.removeprefix("(").removesuffix(")") if inner[0] == "(" else inner
        elif each[0] in "[(":
            above += each
        elif inner[0] == "(" and base in ("e", r"\sum", ")", "]"):
            above += inner[1:-1]
        else:
            above += inner
    if below.isalpha() and len(below) > 2:
        below = rf"\text{{{below}}}"
    return (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
