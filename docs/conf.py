"""How Sphinx builds the documentation; CONTRIBUTING.md has the command.

The pages are the Markdown that stands beside this file. The reference is written from docstrings,
which are plain text: Google's sections, `code` in single backticks, formulas in indented blocks.
"""

import re
from itertools import pairwise
from typing import Any

from sphinx.ext.napoleon import GoogleDocstring

from crosscheck.frameworks.version import VERSION

project = "backprop-crosscheck"
release = VERSION
html_title = "backprop-crosscheck"
html_theme = "furo"
html_show_copyright = False
html_show_sourcelink = False
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["pictures"]

# Headings that a link may point to, by the names that GitHub gives them: to the fourth level.
myst_heading_anchors = 4
# A link to what `crosscheck site` writes beside these pages: (pages:index.html).
myst_url_schemes = {"http": None, "https": None, "pages": {"url": "pages/{{path}}"}}

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"
default_role = "code"
highlight_language = "none"  # a block is coloured if it says what it is; formulas are not Python
smartquotes = False  # "float64" is what somebody types

nitpick_ignore_regex = [
    # The pages of other libraries are elsewhere, and a build needs no network.
    ("py:.*", r"(collections|contextlib|jax|numpy|os|pathlib|torch|types)\..*"),
    # What public objects are made of is shown with its type, and has no entry of its own.
    ("py:class", r"crosscheck\.(conventions|documents|frameworks|numerics|verification)\..*"),
    # Exceptions that are internal, but derived from those that are named beside them.
    ("py:exc", "UnknownFrameworkError"),
]


def setup(app: Any) -> None:
    app.connect("source-read", link_to_files)
    app.connect("autodoc-process-docstring", as_restructured_text)


def link_to_files(app: Any, page: str, source: list[str]) -> None:
    """Offer what a page links to outside this folder as a file, even where it is Markdown."""
    if "/" not in page:
        source[0] = source[0].replace("](../", "](path:../")


SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields):$")


def as_restructured_text(
    app: Any, kind: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Mark every indented block that is no section as code, and keep the characters of the rest.

    The sections are read by napoleon, which is called here and not loaded as an extension: it would
    take what stands before a colon in the first line of a property for a type.
    """
    text = []
    in_section = in_code = False
    for before, line in pairwise(["", *lines]):
        if line and line[0] != " ":
            in_section, in_code = bool(SECTION.match(line)), False
        elif line and not before and not in_section and not in_code:
            text += ["::", ""]
            in_code = True
        text.append(line if in_code else escaped(line))
    lines[:] = GoogleDocstring(text).lines()


def escaped(line: str) -> str:
    """A line with `code` as it is, in which no other character means anything."""
    parts = line.split("`")
    for index in range(0, len(parts), 2):  # outside of code
        parts[index] = parts[index].replace("|", r"\|")
        if index and parts[index][:1].isalnum():
            parts[index] = rf"\ {parts[index]}"  # as in `Layer`s
    return "`".join(parts)
