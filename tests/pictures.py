"""What the words of a picture are, and which of them are English where the page is Chinese."""

from xml.etree import ElementTree

from english import english

from crosscheck.report.languages import translated
from crosscheck.report.site.pictures import redraw

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(picture):
    """Every text in a picture.

    Args:
        picture: The bytes of the file.
    """
    root = ElementTree.fromstring(picture)
    found = [each for tag in ("text", "tspan") for each in root.iter(SVG + tag)]
    return [each.text for each in found if each.text and each.text.strip()]


def english_in_chinese(picture, names=()):
    """The English words in a picture as a Chinese page shows it, but for names.

    Raises:
        PictureError: If no page would show it.
    """
    shown = redraw(picture, translated)
    return [word for text in texts_of(shown) for word in english(text, names)]
