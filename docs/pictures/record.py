"""Record what two commands print on a terminal, as an animated SVG.

    python docs/pictures/record.py

The commands are run; what they print stands in the picture line by line, in its colours. Where
animations are not wanted, or not known, the first command is shown with all that it prints.
"""

import os
import shlex
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.style import Style
from rich.text import Text

HERE = Path(__file__).parent
HOMEWORK = "tests/submissions/course_functions_tanh_slope_without_square.py"
COLUMNS = 92
COMMANDS = (
    "crosscheck check homework.py",
    'crosscheck translate "torch.optim.Adam(lr=1e-3, weight_decay=1e-4)" --to optax',
)
COLOURS = {1: "red", 2: "green", 3: "yellow", 6: "cyan"}  # by their numbers on a terminal
ADVANCE, LINE, PADDING, TOP = 8, 18, 20, 64  # pixels: of a character, of a line, around all
TYPING, BETWEEN, READING = 1.6, 0.12, 6.0  # seconds: of a command, of a line, of all that it prints


def output(command: str) -> list[Text]:
    """The lines that a command prints on a terminal with colours."""
    environment = os.environ | {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
    with TemporaryDirectory() as folder:
        shutil.copy(HERE.parents[1] / HOMEWORK, Path(folder, "homework.py"))
        ended = subprocess.run(
            [sys.executable, "-m", *shlex.split(command)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,  # what is found to be wrong ends with 1
        )
    return [Text.from_ansi(line) for line in ended.stdout.splitlines()]


def stretches(line: Text) -> str:
    """A line, each stretch of one style at its own place, whatever the font."""
    parts, at = [], 0
    for segment in line.render(Console(width=COLUMNS)):
        shown, style = segment.text.strip(), segment.style or Style()
        if shown:
            x = PADDING + ADVANCE * (at + len(segment.text) - len(segment.text.lstrip()))
            names = ["bold"] * bool(style.bold) + ["dim"] * bool(style.dim)
            names += [COLOURS[style.color.number]] if style.color else []
            looks = f' class="{" ".join(names)}"' if names else ""
            length = ADVANCE * len(shown)
            parts.append(f'<tspan{looks} x="{x}" textLength="{length}">{escape(shown)}</tspan>')
        at += len(segment.text)
    return "".join(parts)


def render() -> str:
    """The recording as SVG."""
    scenes = [[Text(f"$ {command}"), *output(command)] for command in COMMANDS]
    seconds = [TYPING + BETWEEN * len(lines) + READING for lines in scenes]
    whole, start = sum(seconds), 0.0
    rules, groups = [], []
    for number, (lines, lasts) in enumerate(zip(scenes, seconds, strict=True)):
        end = start + lasts
        texts = []
        for row, line in enumerate(lines):
            name = f"s{number}r{row}"
            shown_at = start if row == 0 else start + TYPING + BETWEEN * row
            rules.append(appears(name, shown_at / whole, end / whole))
            y = TOP + LINE * row
            texts.append(f'<text class="{name}" y="{y}">{stretches(line)}</text>')
        characters = len(lines[0])
        typed = (start / whole, (start + TYPING) / whole)
        rules.append(is_typed(f"t{number}", *typed, characters))
        cover = f'<rect class="t{number} cover" x="{PADDING + 2 * ADVANCE}" y="{TOP - 14}"'
        texts.append(f'{cover} width="{ADVANCE * COLUMNS}" height="{LINE}"/>')
        groups.append(f'<g class="scene{number}">\n' + "\n".join(texts) + "\n</g>")
        start = end
    values = {
        "width": 2 * PADDING + ADVANCE * COLUMNS,
        "height": TOP + LINE * max(map(len, scenes)) + PADDING // 2,
        "seconds": f"{whole:.1f}",
        "rules": "\n".join(rules),
        "groups": "\n".join(groups),
        "commands": escape(" and ".join(COMMANDS)),
    }
    return Template((HERE / "terminal.svg.template").read_text(encoding="utf-8")).substitute(values)


def appears(name: str, start: float, end: float) -> str:
    """The rule by which a line is there from one part of the recording to another."""
    on, off = f"{start:.2%}", f"{end:.2%}"
    hidden = f"0%,{start - 0.0001:.2%}{{opacity:0}}" if start else ""
    gone = f"{end + 0.0001:.2%},100%{{opacity:0}}" if end < 1 else ""
    return (
        f"@keyframes {name}{{{hidden}{on},{off}{{opacity:1}}{gone}}}"
        f" .{name}{{animation-name:{name}}}"
    )


def is_typed(name: str, start: float, end: float, characters: int) -> str:
    """The rule by which what covers a command moves away, a character at a time."""
    away = f"transform:translateX({ADVANCE * characters}px)"
    before = "0%{opacity:0}" if start else ""
    steps = f"{start:.2%}{{opacity:1;animation-timing-function:steps({characters})}}"
    after = f"{end:.2%}{{opacity:1;{away}}}{end + 0.0001:.2%},100%{{opacity:0;{away}}}"
    return f"@keyframes {name}{{{before}{steps}{after}}} .{name}{{animation-name:{name}}}"


if __name__ == "__main__":
    (HERE / "terminal.svg").write_text(render(), encoding="utf-8", newline="\n")
