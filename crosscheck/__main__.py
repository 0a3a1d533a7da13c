"""`python -m crosscheck` is `crosscheck`."""

from crosscheck.cli.main import main

main(prog_name="crosscheck")
