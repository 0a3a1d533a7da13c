"""The pages in Chinese: nothing on them is in English but code, names and evidence."""

import re
from html.parser import HTMLParser

import pytest

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from site_run import NAMES, VOID

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.registry import MODULES
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.templating import template_environment

CHINESE = Edition("zh")
# Words of Latin letters in Chinese text: names of programs, formats, methods, quantities and people
NAMES_IN_TEXT = {
    *("numpy", "torch", "jax", "sklearn", "scikit-learn", "absent", "NumPy", "Java", "GitHub"),
    *("crosscheck", "backprop-crosscheck", "Python", "JSON", "3Blue1Brown", "BP", "ulp", "eps"),
    *("SGD", "Adam", "AdamW", "Adamax", "Adagrad", "RMSprop", "Glorot", "ReLU", "GELU"),
    *("Werbos", "Robbins-Monro", "Borel", "Wilson", "Martinez", "Kingma", "Ba", "Hinton"),
    *("Courville", "Collins", "dtype", "float", "one-hot", "Blue", "Brown", "NaN"),
}
# Functions and quantities within formulas and names of code in the documents' own statements.
NAMES_IN_FORMULAS = {
    *("log", "max", "exp", "sqrt", "sign", "arg", "erfc", "rate", "prediction", "new", "old"),
    *("side", "point", "grads", "errors", "self", "experiment", "noise"),
    *("forward", "backward", "train", "accuracy"),
}
KNOWN = {*MODULES, *ACTIVATIONS, *LOSSES, *STATES, *NAMES_IN_TEXT, *NAMES_IN_FORMULAS}
WORD = re.compile(r"[A-Za-z][A-Za-z_.-]*[A-Za-z]")
SEEN = ("alt", "title", "aria-label", "placeholder", "data-label")


class Texts(HTMLParser):
    """What stands on a page in the page's own language: text, and what attributes say."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        inside = tag in ("code", "pre", "script", "style") or found.get("lang") == "en"
        if not (inside or any(self.open)):
            self.texts += [found[name] for name in SEEN if name in found]
        if tag not in VOID:
            self.open.append(inside)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        if not any(self.open):
            self.texts.append(data)


def english_in(html):
    """Words that are no known names, and identifiers, which have a dot or an underscore."""
    words = [word for text in Texts(html).texts for word in WORD.findall(text)]
    return {word for word in words if word not in KNOWN and not re.search(r"\w[_.]\w|^_", word)}


@pytest.mark.parametrize("name", NAMES)
def test_a_chinese_page_says_nothing_in_english(site, name):
    text = (site / f"{name}.zh.html").read_text("utf-8")
    assert text.startswith('<!doctype html>\n<html lang="zh-Hans">')
    assert english_in(text) == set()


@pytest.mark.parametrize("name", ["index", "worked", "conventions", "sharpness", "training"])
def test_what_looks_for_english_finds_it_on_an_english_page(site, name):
    text = (site / f"{name}.html").read_text("utf-8")
    assert len(english_in(text.replace('<html lang="en">', "<html>"))) > 50


def test_evidence_is_said_to_be_english(site):
    text = (site / "conventions.zh.html").read_text("utf-8")
    rows = re.findall(r'<td class="is"( lang="en")?>[^<]*[a-z]{3}', text)
    assert len(rows) > 50
    assert all(rows)


# ----- one edition -----


def test_a_page_has_a_plain_name_in_the_language_of_the_site():
    assert Edition("en", "en").file("index") == "index.html"
    assert Edition("zh", "en").file("index") == "index.zh.html"
    assert Edition("zh", "zh").file("index") == "index.html"
    assert Edition("zh", "zh").other == Edition("en", "zh")
    assert Edition("en", "zh").file("index") == "index.en.html"


def test_a_text_without_its_chinese_stops_the_page():
    with pytest.raises(KeyError, match="never translated"):
        CHINESE.say("never translated")
    template = template_environment(CHINESE).from_string("{{ _('never translated') }}")
    with pytest.raises(KeyError, match="never translated"):
        template.render()
    block = "{% trans count=2 %}{{ count }} sheep{% pluralize %}{{ count }} sheeps{% endtrans %}"
    with pytest.raises(KeyError, match="sheeps"):
        template_environment(CHINESE).from_string(block).render()


def test_what_a_run_says_stays_as_it_is_where_it_has_no_chinese_and_is_marked():
    assert str(CHINESE.marked("forward")) == "前向传播"
    assert str(CHINESE.marked("a <reason> of its own")) == (
        '<span lang="en">a &lt;reason&gt; of its own</span>'
    )
    assert str(Edition().marked("forward")) == "forward"
    # A pattern fits, and leaves most of it in English.
    partly = "the case is not judged where rounding: no bound is known"
    assert CHINESE.local(partly) == partly
    assert CHINESE.local("mlp.forward is not judged where size: odd").startswith("在条件")
    assert CHINESE.local("log softmax not shifted") == "log softmax 没有减去最大值"
    long = "forward " * 1000
    assert CHINESE.local(long) is long


def test_words_in_a_formula_are_translated_and_names_are_not():
    formula = r"f = \text{sign}(x) \text{ where } x > 0"
    assert CHINESE.formula(formula) == r"f = \text{sign}(x) \text{ 当 } x > 0"
    assert Edition().formula(formula) == formula


def test_pieces_stand_at_their_places_and_are_escaped_once():
    block = "{% trans name='<b>', count=3 %}{{ count }} of {{ name }}{% pluralize %}{% endtrans %}"
    template = template_environment(Edition()).from_string(block.replace("{% pluralize %}", ""))
    assert template.render() == "3 of &lt;b&gt;"
    assert CHINESE.say("Document %(number)s: %(title)s", number="002", title="100 %") == (
        "文档 002：100 %"
    )
    assert (CHINESE.listed(["a", "b"]), Edition().listed(["a", "b"])) == ("a、b", "a, b")
