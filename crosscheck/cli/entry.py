"""Where the command begins: signals are heard before anything else is imported."""

import sys
from collections.abc import Callable

from crosscheck.cli import interrupts
from crosscheck.cli.streams import leave_unwritten, open_what_is_closed


def main() -> None:
    """Run `crosscheck`, as `crosscheck.cli.main` has it."""
    open_what_is_closed()
    run(_command)


def run(command: Callable[[], None]) -> None:
    """Run something that signals end, in one line, and that a full disk or a closed pipe ends."""
    interrupts.hear()
    try:
        try:
            command()
        finally:
            sys.stdout.flush()  # else Python does it later, and fails with a traceback
    except interrupts.Ended as ended:
        interrupts.say(ended.number)
        interrupts.leave(ended.number)
    except OSError as error:
        leave_unwritten(error)
    finally:
        interrupts.result_is_out()


def _command() -> None:
    from crosscheck.cli.main import main as command
    from crosscheck.numerics.false_alarms import ignore_false_alarms

    ignore_false_alarms()
    command(prog_name="crosscheck")
