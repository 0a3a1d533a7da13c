"""The pictures of a run: in English and in Chinese, and none that executes or fetches anything."""

import re
import shutil

import pytest

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")

from pictures import texts_of
from site_run import PICTURE

from crosscheck.report.site.pictures import MOST_WORDS, PictureError, redraw
from crosscheck.report.site.run import LARGEST_PICTURE, RunError, load

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n{}</svg>'
)


def drawn(inside):
    return redraw(SVG.format(inside).encode()).decode()


def test_a_picture_is_shown_as_it_is_in_english_and_with_its_words_in_chinese(site):
    english, chinese = ((site / name / "curves.svg").read_bytes() for name in ("run", "zh"))
    assert (
        texts_of(english) == texts_of(PICTURE) == ["numpy, number of test images", "loss by epoch"]
    )
    assert texts_of(chinese) == ["numpy：测试图像数", "各轮的损失"]
    changed = english.decode().replace('lang="en"', 'lang="zh-Hans"')
    for text, said in zip(texts_of(english), texts_of(chinese), strict=True):
        changed = changed.replace(text, said)
    assert chinese.decode() == changed


def test_what_matplotlib_draws_is_drawn_again_and_again_the_same():
    inside = (
        '<defs><style type="text/css">*{stroke-linejoin: round}</style>'
        '<clipPath id="c"><rect x="1" width="2"/></clipPath></defs><path id="p" d="M 0 1"/>\n'
        '<g clip-path="url(#c)"><use xlink:href="#p" x="1" style="stroke: #000000"/></g>'
        '<image xlink:href="data:image/png;base64,iVBO+/8=" transform="scale(1 -1)"/>'
        "<text style=\"font-family: 'DejaVu Sans'\">a &lt; b &amp; c</text>"
    )
    once = drawn(inside)
    assert inside in once
    assert redraw(once.encode()).decode() == once


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>planted()</script>", "has <script>"),
        ("<foreignObject/>", "has <foreignObject>"),
        ("<animate attributeName='href'/>", "has <animate>"),
        ("<a xlink:href='#x'/>", "has <a>"),
        ("<s:script xmlns:s='http://www.w3.org/2000/svg'/>", "has <s:script>"),
        ("<g xmlns='http://www.w3.org/1999/xhtml'/>", "has <g xmlns="),
        ("<g onload='planted'/>", 'has <g onload="planted">'),
        ("<g xml:base='http://planted'/>", "has <g xml:base="),
        ("<image href='http://planted'/>", "has <image href="),
        ("<image xlink:href='http://planted'/>", "has <image xlink:href="),
        ("<image xlink:href='data:image/svg+xml;base64,AAAA'/>", "has <image xlink:href="),
        ("<image xlink:href='planted.png'/>", "has <image xlink:href="),
        ("<g style='fill: url(planted.svg#a)'/>", "has <g style="),
        ("<g style='fill: URL (#a)'/>", "has <g style="),
        ("<g fill='url(\"//planted\")'/>", "has <g fill="),
        ("<g style='background: \\75rl'/>", "has <g style="),
        ("<style>@import 'planted.css'</style>", "has <style>@import"),
        ("<style>@im<![CDATA[port]]> 'planted.css'</style>", "has <style>@import"),
        ("<g id='a'><path id='p'/></g><use xlink:href='#a'/>", "has <use> of what is no path"),
        ("<g id='p'/><path id='p'/><use xlink:href='#p'/>", "has <use> of what is no path"),
        ("<path id='p'/><use xlink:href='#p' href='#a'/>", "has <use href="),
        ("<?xml-stylesheet href='planted.css'?>", "has <?xml-stylesheet?>"),
        ("&planted;", "cannot be read: undefined entity"),
        ("<g>", "cannot be read: mismatched tag"),
        ("<text/>" * (MOST_WORDS + 1), f"has more than {MOST_WORDS:,} texts"),
    ],
)
def test_what_may_execute_or_fetch_something_is_refused_with_its_line(inside, said):
    with pytest.raises(PictureError, match=re.escape(f"line 2 {said}")):
        drawn(inside)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>", "line 1 has a DOCTYPE"),
        (b"<html/>", "line 1 has <html>"),
        (b"", "line 1 cannot be read: no element found"),
        (b"no picture", "line 1 cannot be read: syntax error"),
        (b"<svg>\xff</svg>", "line 1 cannot be read: not well-formed"),
        ("<svg>\n<script/></svg>".encode("utf-16"), "line 2 has <script>"),
        (b"<svg/>" + b" " * LARGEST_PICTURE, f"has more than {LARGEST_PICTURE:,} bytes"),
    ],
)
def test_a_run_with_what_is_no_picture_is_refused_by_its_name(small_run, tmp_path, content, said):
    run = shutil.copytree(small_run, tmp_path / "run")
    (run / "mine.svg").write_bytes(content)
    with pytest.raises(RunError, match=rf"mine\.svg .*{re.escape(said)}"):
        load(run)


def test_a_link_in_a_run_leads_nowhere(small_run, tmp_path):
    run, secret = shutil.copytree(small_run, tmp_path / "run"), tmp_path / "secret"
    secret.write_bytes(PICTURE)
    (run / "secret.svg").symlink_to(secret)
    with pytest.raises(RunError, match=r"secret\.svg is a link, and no picture"):
        load(run)


def test_pictures_of_an_earlier_version_are_not_left_out_silently(small_run, tmp_path):
    run = shutil.copytree(small_run, tmp_path / "run")
    (run / "curves.svg").rename(run / "curves.png")
    with pytest.raises(RunError, match=r"curves\.png .* make a new run by leaving out --run"):
        load(run)


def test_no_depth_is_too_large():
    deep = "<g>" * 100_000 + "</g>" * 100_000
    assert drawn(deep).count("<g>") == 99_999
