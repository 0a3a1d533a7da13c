"""`python -m crosscheck` is `crosscheck`."""

from crosscheck.cli.entry import main

main()
