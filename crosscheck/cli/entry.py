"""Where the command begins: signals are heard before anything else is imported."""

from collections.abc import Callable

from crosscheck.cli import interrupts


def main() -> None:
    """Run `crosscheck`, as `crosscheck.cli.main` has it."""
    run(_command)


def run(command: Callable[[], None]) -> None:
    """Run something that signals end: in one line, with the exit code that a shell expects."""
    interrupts.hear()
    try:
        command()
    except interrupts.Ended as ended:
        interrupts.say(ended.number)
        interrupts.leave(ended.number)
    finally:
        interrupts.result_is_out()


def _command() -> None:
    from crosscheck.cli.main import main as command

    command(prog_name="crosscheck")
