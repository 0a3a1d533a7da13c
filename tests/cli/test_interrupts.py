"""An interrupt ends a command, whoever computes: soon, in one line, with its exit code."""

import os
import random
import signal
import subprocess
import sys

import pytest

from crosscheck.cli import interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are signals as POSIX has them")

KINDS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
RUN = (
    "import os, sys; from crosscheck.cli import entry, interrupts;"
    "interrupts.GRACE = float(sys.argv[2]); interrupts.note('this case');"
    "entry.run(lambda: exec(sys.argv[1], globals()))"
)
SOON, NEVER = "0.1", "1000"  # seconds of grace
# What does not let an exception end it: C that returns late, and code that swallows everything.
STUBBORN = {
    "in C": "import hashlib; os.write(1, b'!'); hashlib.pbkdf2_hmac('sha256', b'', b'', 10**8)",
    "swallowed": (
        "import time\n"
        "while True:\n"
        "    try: os.write(1, b'!'); time.sleep(60)\n"
        "    except BaseException: pass"
    ),
    "while it collects garbage": (
        "import gc, time\n"
        "gc.callbacks.append(lambda *a: time.sleep(0.001))\n"
        "os.write(1, b'!')\n"
        "while True: gc.collect(0)"
    ),
}


def started(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """How a process ends, within a minute: its exit code, and what it says."""
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("stubborn", STUBBORN)
def test_who_does_not_end_is_ended(stubborn, kind):
    process = started(RUN, STUBBORN[stubborn], SOON)
    assert process.stdout.read(1) == "!"
    process.send_signal(kind)
    code, said = ended(process)
    assert code == KINDS[kind]
    assert said == f"\n{interrupts_message(kind)} while at this case\n"


def interrupts_message(kind):
    return "interrupted" if kind == signal.SIGINT else f"ended by {kind.name}"


def test_a_second_signal_ends_it_at_once():
    process = started(RUN, STUBBORN["swallowed"], NEVER)
    assert process.stdout.read(1) == "!"
    process.send_signal(signal.SIGINT)
    assert process.stdout.read(1) == "!"  # it has come: two at once would be one
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130


def test_what_can_end_by_itself_does_and_tidies_up():
    script = (
        "import time\n"
        "try:\n"
        "    os.write(1, b'!'); time.sleep(60)\n"
        "finally:\n"
        "    print('tidied', file=sys.stderr)"
    )
    process = started(RUN, script, NEVER)
    assert process.stdout.read(1) == "!"
    process.send_signal(signal.SIGINT)
    assert "tidied" in ended(process)[1]


CHECKING = (
    "import sys; from crosscheck.cli import entry, interrupts\n"
    "interrupts.GRACE = 1000\n"
    "sys.argv = ['crosscheck', 'check', *sys.argv[1:]]\n"
    "entry.main()"
)


def test_a_check_ends_by_itself_and_leaves_no_copy(tmp_path, monkeypatch):
    temporary, begun = tmp_path / "temporary", tmp_path / "begun"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    os.mkfifo(begun)
    file = tmp_path / "endless.py"
    file.write_text(f"open({str(begun)!r}, 'w').close()\nwhile True: pass\n", encoding="utf-8")
    process = started(CHECKING, str(file), str(file))
    begun.open("rb").close()  # waits until the file runs
    process.send_signal(signal.SIGTERM)
    code, said = ended(process)
    assert code == 143
    assert said.splitlines()[-1].startswith("ended by SIGTERM")
    assert list(temporary.iterdir()) == []


def test_it_is_said_once_whoever_says_it_first():
    script = "interrupts.say(); interrupts.say(); interrupts.leave()"
    assert ended(started(RUN, script, NEVER)) == (130, "\ninterrupted while at this case\n")


def test_the_grace_is_less_than_two_seconds():
    assert interrupts.GRACE < 2


def test_other_signals_mean_nothing():
    script = (
        "import signal, time\n"
        "signal.signal(signal.SIGUSR1, lambda *a: None)\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
        "time.sleep(4 * interrupts.GRACE)"
    )
    assert ended(started(RUN, script, SOON)) == (0, "")


def test_under_nohup_a_command_outlives_its_terminal():
    script = (
        "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from crosscheck.cli import interrupts; interrupts.hear();"
        "os.kill(os.getpid(), signal.SIGHUP); print('alive')"
    )
    assert subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True
    ).stdout == ("alive\n")


# A moment is a number of imported modules: the same moment every time. Python itself needs some
# before the first line of this project runs.
COUNTING = (
    "import os, signal, sys\n"
    "moment, kind = map(int, sys.argv[1:])\n"
    "class Counting:\n"
    "    def find_spec(self, *_):\n"
    "        global moment\n"
    "        moment -= 1\n"
    "        if not moment: os.kill(os.getpid(), kind)\n"
    "from crosscheck.cli import entry\n"
    "sys.meta_path.insert(0, Counting())\n"
    "sys.argv = ['crosscheck', 'errata', '--document', '002']\n"
    "entry.main()"
)


@pytest.mark.parametrize("seed", range(4))
def test_while_it_imports_it_is_one_line_and_130(seed):
    rng = random.Random(seed)
    moment, kind = rng.randrange(1, 250), rng.choice(list(KINDS))
    code, said = ended(started(COUNTING, str(moment), str(int(kind))))
    assert (code, said) == (KINDS[kind], f"\n{interrupts_message(kind)}\n")
