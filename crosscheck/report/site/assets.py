"""The files that pages load, and the texts that their scripts say."""

import re
from importlib.resources import files

from crosscheck.report.languages import translate
from crosscheck.report.site.editions import Edition

# The files that pages load, each from one or several templates.
ASSETS = {
    "style.css": ("style.css", "tables.css", "worked.css"),
    "script.js": ("script.js",),
    "counts.js": ("counts.js",),
    "switch.js": ("switch.js",),
    "network.js": ("network.js",),
    "worked.js": (
        *("said.js", "setting.js", "document_file.js", "notation.js", "arithmetic.js"),
        *("lines.js", "labels.js", "walk.js", "figure.js", "form.js", "worked.js"),
    ),
}
# A text that a script says, where it says it.
SAID = re.compile(r'\bsaid\(\s*"((?:[^"\\]|\\.)*)"')


def assets() -> dict[str, str]:
    """The text of every file that pages load, by its name in the site."""
    return {
        name: "\n".join(template_source(source) for source in sources)
        for name, sources in ASSETS.items()
    }


def template_source(name: str) -> str:
    """The text of a file beside the templates."""
    return (files(__package__) / "templates" / name).read_text("utf-8")


def texts_of_scripts() -> list[str]:
    """Every text that a script says, in English."""
    return list(dict.fromkeys(SAID.findall("\n".join(assets().values()))))


def said_by_scripts(edition: Edition) -> dict[str, str]:
    """What the scripts of a page say in its language, by the English text; {} in English.

    Raises:
        KeyError: If a text has no Chinese.
    """
    if edition.language == "en":
        return {}
    return {text: translate(text, edition.language) for text in texts_of_scripts()}
