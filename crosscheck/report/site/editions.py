"""The pages of a site in one of its languages: the names of their files, and what they say."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.report.languages import catalogue, translate, translated
from crosscheck.report.site.words import of_document

TAGS = {"en": "en", "zh": "zh-Hans"}
# What a run says may be of any length; no entry of the catalogue is longer.
LONGEST = 500
ENGLISH_WORDS = re.compile("[a-z]{2,},* [a-z]{2,}")


@dataclass(frozen=True)
class Edition:
    """The pages of a site in one language.

    Attributes:
        language: Of these pages: "en" or "zh".
        main: The language of the site, whose pages have the plain names, as index.html.
    """

    language: str = "en"
    main: str = "en"

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return TAGS[self.language]

    @property
    def other(self) -> "Edition":
        """The pages of the same site in the other language."""
        return Edition("zh" if self.language == "en" else "en", self.main)

    @property
    def space(self) -> str:
        """What stands between two sentences."""
        return " " if self.language == "en" else ""

    def file(self, name: str) -> str:
        """The file of a page: "index" is index.html, or in the other language index.zh.html."""
        return f"{name}.html" if self.language == self.main else f"{name}.{self.language}.html"

    def picture(self, name: str) -> str:
        """The file of a picture of the run with its words in this language."""
        return f"run/{name}" if self.language == "en" else f"{self.language}/{name}"

    def say(self, text: str, **pieces: object) -> str:
        """A text of the code in this language, with pieces at its places.

        Args:
            text: In English, with its places as %(name)s.
            pieces: By the names of the places.

        Raises:
            KeyError: If it has no Chinese.
        """
        said = translate(text, self.language)
        return said % pieces if pieces else said

    def join(self, sentences: Iterable[str]) -> str:
        """Sentences of the code, one after the other, in this language."""
        return self.space.join(map(self.say, sentences))

    def listed(self, names: Iterable[str]) -> str:
        """Names as a list within a sentence."""
        return (", " if self.language == "en" else "、").join(names)

    def local(self, text: str) -> str:
        """A text of a run in this language; one that has no Chinese stays as it is.

        So does what would be Chinese in part, where a pattern fits somebody's own words.
        """
        if self.language == "en" or len(text) > LONGEST:
            return text
        local = translated(text)
        return text if text not in catalogue() and ENGLISH_WORDS.search(local) else local

    def marked(self, text: str) -> str:
        """The same for HTML, where a text that stays English is said to be English."""
        local = self.local(text)
        if self.language == "en" or local != text or not re.search("[A-Za-z]{2}", text):
            return local
        return Markup('<span lang="en">{}</span>').format(text)

    def formula(self, latex: str) -> str:
        """A formula in LaTeX with its words in this language; names in it stay as they are."""

        def word(found: re.Match[str]) -> str:
            key = rf"\text{{ {found[2]} }}"
            local = self.local(key)
            return found[0] if local == key else rf"\text{{{found[1]}{local}{found[3]}}}"

        return re.sub(r"\\text\{( *)([a-z]+)( *)\}", word, latex)

    def of_document(self, text: str, number: str) -> str:
        """A text of the ledger about a document; those of a document of one's own stay as are.

        Raises:
            KeyError: If it has no Chinese.
        """
        if self.language == "en" or number not in DOCUMENTS:
            return text
        return of_document(text, number)

    def gettext(self, text: str) -> str:
        """A text of a template in this language.

        Raises:
            KeyError: If it has no Chinese.
        """
        return translate(text, self.language)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The same of a text that depends on a count; Chinese has one form."""
        return one if count == 1 and self.language == "en" else self.gettext(many)


ENGLISH = Edition()
