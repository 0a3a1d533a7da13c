"""`python -m crosscheck` is `crosscheck`."""

from crosscheck.cli import main

main(prog_name="crosscheck")
