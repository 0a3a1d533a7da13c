"""The pages that people read: their code blocks, and the commands in them."""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")})
# How a line begins that is a command, in whatever block it stands.
PROGRAM = re.compile(
    r"(\$ )?(\w+=\S* )*"
    r"(crosscheck|pip|pytest|python|mutmut|for|apt-get|pre-commit|sphinx-build|\.ci/\w+)\b"
)


def tokens(page: Path) -> list[Token]:
    """A page as its parts, with tables, as GitHub reads it."""
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: Its page, from the root of the repository.
        line: Where it begins there.
        language: What is said behind its fence; "" if nothing is, or if it is indented.
        text: Its content.
        after: The block before it on the page, or None.
    """

    page: str
    line: int
    language: str
    text: str
    after: "Block | None" = None

    @property
    def is_shell(self) -> bool:
        """Whether it has commands, which a language need not say."""
        return self.language in ("", "sh", "console") and bool(PROGRAM.match(self.text))

    @property
    def commands(self) -> list[str]:
        """Its commands, without what is said behind them."""
        lines = [line for line in self.text.splitlines() if PROGRAM.match(line)]
        if "$ " in self.text[:2]:
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        return [re.split(r"\s{3,}|\s+# ", line)[0].strip() for line in lines]

    @property
    def output(self) -> str:
        """What its command prints, where that stands behind it in the same block."""
        lines = self.text.splitlines()
        return "\n".join(line for line in lines[1:]) if lines[0].startswith("$ ") else ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The blocks of code of a page; not what tells Sphinx something, as {toctree}.

    Nor the sessions of the READMEs, which begin with a $: tests/cli/test_readme.py runs those.
    """
    found: list[Block] = []
    for token in tokens(page):
        is_session = page.name.startswith("README") and token.content.startswith("$ ")
        if token.type in ("fence", "code_block") and not token.info.startswith("{"):
            if is_session:
                continue
            name = page.relative_to(ROOT).as_posix()
            before = found[-1] if found else None
            language = "python" if token.content.startswith("import crosscheck") else token.info
            found.append(Block(name, token.map[0] + 1, language, token.content, before))
    return found


BLOCKS = [block for page in PAGES for block in blocks(page)]
