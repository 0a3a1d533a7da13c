"""Runs of a site that were altered, and strings planted where pages show them."""

import json
import os
import random
import re
import shutil
import tempfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NoReturn

import site_run

from crosscheck.report.site.building import build
from crosscheck.report.site.run import PARTS, load
from trying.command_lines import codes
from trying.files import DOCUMENTS, replace_one
from trying.process import command, complaint, forked

LIMIT = 60.0  # seconds
RUN = "CROSSCHECK_TRIED_RUN"  # names the folder of a run, instead of one that is made anew
PLANTED = '<script>planted()</script>"\' onfocus="planted()" x=\'&[red]y[/]'
# Keys of a document's file under which stands what is shown as it is.
SHOWN = ("title", "text", "illustration", "name", "section", "why", "note")


def try_altered(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """A run in which one value was altered: shown, or refused with the name of its file."""
    run = _copy(folder)
    part = run / f"{rng.choice(PARTS)}.json"
    content = json.loads(part.read_text("utf-8"))
    if rng.random() < 0.1:
        whole = part.read_bytes()
        part.write_bytes(whole[: rng.randrange(len(whole))])
    else:
        for _ in range(rng.choice((1, 1, 5))):
            replace_one(rng, content)
        part.write_text(json.dumps(content), encoding="utf-8")
    outcome = forked(command(["site", "out", "--run", "run"]), folder, limit=LIMIT)
    found = complaint(outcome, codes(("site",)))
    if found is None and outcome.code == 2 and part.name.encode() not in outcome.err:
        found = f"{part.name} is not named: {outcome.err[-300:]!r}"
    return part.name, found or _wrong_pages(folder / "out")


def try_planted(rng: random.Random, folder: Path) -> tuple[str, str | None]:
    """A script in strings of a run, or of a document: it is shown, and is no script."""
    run = _copy(folder)
    arguments = ["site", "out", "--run", "run"]
    if rng.random() < 0.3:
        text = rng.choice(sorted(DOCUMENTS.glob("*.toml"))).read_text("utf-8")
        key = rng.choice(SHOWN)
        planted = PLANTED.replace('"', '\\"')
        text = re.sub(rf'(?m)\b({key} = ".*?)(?<!\\)"', lambda hit: hit[1] + planted + '"', text)
        (folder / "notes.toml").write_text(text, encoding="utf-8")
        if rng.random() < 0.3:
            arguments = ["worksheet", "out"]
        arguments += ["--document", "notes.toml"]
    else:
        part = run / f"{rng.choice(PARTS)}.json"
        content = json.loads(part.read_text("utf-8"))
        key = rng.choice(sorted(_keys_of_strings(content)))
        changed = _planted(content, key)
        part.write_text(json.dumps(changed), encoding="utf-8")
        key = f"{part.name}, {key}"
    outcome = forked(command(arguments), folder, limit=LIMIT)
    return key, complaint(outcome, codes((arguments[0],))) or _wrong_pages(folder / "out")


@cache
def _run() -> Path:
    """A small run: the one that is named, or one that is made once and goes with its folder."""
    named, folder = os.environ.get(RUN), Path(tempfile.mkdtemp())
    run = Path(named) if named else site_run.make(folder)
    # Whatever is kept of what every site shows is found by each child, which is forked later.
    build(folder / "site", load(run))
    return run


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(_run(), folder / "run"))


def _keys_of_strings(tree: Any, key: str = "") -> set[str]:
    if isinstance(tree, str):
        return {key}
    if isinstance(tree, dict):
        return set().union(*(_keys_of_strings(below, own) for own, below in tree.items()))
    if isinstance(tree, list):
        return set().union(*(_keys_of_strings(below, key) for below in tree))
    return set()


def _planted(tree: Any, wanted: str, key: str = "") -> Any:
    """The tree with the planted text in every string under a key."""
    if isinstance(tree, str):
        return tree + PLANTED if key == wanted else tree
    if isinstance(tree, dict):
        return {own: _planted(below, wanted, own) for own, below in tree.items()}
    if isinstance(tree, list):
        return [_planted(below, wanted, key) for below in tree]
    return tree


class _Attributes(HTMLParser):
    """Finds attributes that execute something, which no page has by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [name for name, _ in attributes if name.startswith("on")]


def _wrong_pages(site: Path) -> str | None:
    """What is wrong with the pages of a site: a script that was planted, or invalid JSON."""
    for path in site.glob("*.html"):
        text = path.read_text("utf-8")
        # To parse a page takes long, and only what was planted can be executed.
        if "planted" in text and ("<script>planted" in text or _Attributes(text).found):
            return f"{path.name} executes what was planted"
    for path in site.glob("run/*.json"):
        try:
            json.loads(path.read_text("utf-8"), parse_constant=_refuse)
        except ValueError as error:
            return f"{path.name} is no JSON: {error}"
    return None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
