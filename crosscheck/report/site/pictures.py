"""The pictures of a run: SVG files of which nothing is taken on trust, said in each language.

Somebody may have edited the folder of a run by hand, and a browser executes what stands in an SVG
that is opened by itself. So a picture is written anew from what may stand in one, and anything else
is refused.
"""

import re
from collections.abc import Callable
from io import StringIO
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from crosscheck.frameworks.plain_text import plain

# What matplotlib draws with. None of these executes or fetches anything by itself.
ELEMENTS = {
    "svg", "defs", "style", "g", "path", "use", "text", "tspan", "clipPath", "rect", "image",
}  # fmt: skip
WORDS = {"text", "tspan"}  # whose text is read by people
MOST_WORDS = 2000  # of these elements, since looking up each takes time
NAMESPACES = {"xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink"}
ATTRIBUTE = re.compile(r"(?!on|href$)[A-Za-z][A-Za-z-]*\d?")  # without a prefix, as in xml:base
REFERENCE = re.compile(r"#[\w.-]+|data:image/png;base64,[\w+/=\s]+", re.ASCII)
# In values and in styles only these have parentheses; what has a backslash, @ or // may lead out.
CALLS = re.compile(r"url\(#[\w.-]+\)|(?:translate|rotate|scale|matrix|skew[XY]|rgba?) *\(")
HARMFUL = re.compile(r"[(\\@]|//")


class PictureError(ValueError):
    """A file is no picture of a run; the message says in which line, and why."""


def redraw(content: bytes, say: Callable[[str], str] = str, tag: str = "en") -> bytes:
    """A picture with its words in a language.

    Args:
        content: The SVG file in English.
        say: Gives a text of it in the language.
        tag: The language as HTML names it.

    Raises:
        PictureError: If it has anything that may execute or fetch something, or is no SVG.
    """
    drawing = _Drawing(say, tag)
    try:
        drawing.parser.Parse(content, True)
    except expat.ExpatError as error:
        drawing.refuse(f"cannot be read: {expat.ErrorString(error.code)}")
    return drawing.text.getvalue().encode("utf-8")


class _Drawing:
    """What is read, and written anew as it is read, so that no depth is too large.

    What was written is UTF-8, whatever the file said of itself.
    """

    def __init__(self, say: Callable[[str], str], tag: str) -> None:
        self.say, self.tag, self.text = say, tag, StringIO()
        self.open: list[str] = []  # the elements around what is read
        self.said: list[str] = []  # the text since the last tag
        self.words = 0  # how many elements of WORDS there were
        self.kinds: dict[str, str] = {}  # of which kind the first element with an id is
        self.writer = XMLGenerator(self.text, "utf-8", short_empty_elements=True)
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = lambda *_: self.refuse("has a DOCTYPE")
        self.parser.ProcessingInstructionHandler = lambda name, _: self.refuse(f"has <?{name}?>")
        self.parser.StartElementHandler = self.start
        self.parser.CharacterDataHandler = self.said.append
        self.parser.EndElementHandler = self.end

    def refuse(self, why: str) -> NoReturn:
        raise PictureError(f"line {self.parser.CurrentLineNumber} {plain(why)}")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name not in ELEMENTS or (not self.open and name != "svg"):
            self.refuse(f"has <{name}>")
        for attribute, value in attributes.items():
            if not _is_harmless(attribute, value):
                self.refuse(f'has <{name} {attribute}="{value}">')
        self.write_text()
        if not self.open:
            attributes = NAMESPACES | attributes | {"lang": self.tag}
        if name == "use" and self.kinds.get(attributes.get("xlink:href", "")[1:]) != "path":
            self.refuse("has <use> of what is no path before it")  # a few could draw billions
        self.words += name in WORDS
        if self.words > MOST_WORDS:
            self.refuse(f"has more than {MOST_WORDS:,} texts")
        self.kinds.setdefault(attributes.get("id", ""), name)
        self.writer.startElement(name, AttributesImpl(attributes))
        self.open.append(name)

    def end(self, name: str) -> None:
        self.write_text()
        self.open.pop()
        self.writer.endElement(name)

    def write_text(self) -> None:
        """Write the text since the last tag, in the other language if people read it."""
        text = "".join(self.said)
        self.said.clear()
        within = self.open[-1] if self.open else ""
        if within == "style" and HARMFUL.search(CALLS.sub("", text)):
            self.refuse(f"has <style>{text}")
        self.writer.characters(self.say(text) if within in WORDS else text)


def _is_harmless(attribute: str, value: str) -> bool:
    """Whether nothing is executed or fetched by an attribute, and all names stay those of SVG."""
    if attribute in NAMESPACES:
        return value == NAMESPACES[attribute]
    if attribute == "xlink:href":
        return REFERENCE.fullmatch(value) is not None
    return bool(ATTRIBUTE.fullmatch(attribute)) and not HARMFUL.search(CALLS.sub("", value))
