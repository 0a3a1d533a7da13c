"""What a person reads: tables drawn by rich, one module for each command."""

COLOURS = {
    "verified": "green",
    "wrong": "bold red",
    "unfinished": "yellow",
    "for another contract": "yellow",
    "not installed": "yellow",
    "done": "green",
    "not written": "bold",
    "waits": "dim",
    "not supported": "yellow",
    "confirmed": "green",
    "rounded inputs": "cyan",
    "inherited": "yellow",
    "contradicted": "bold red",
    "illustration": "dim",
    "holds": "green",
    "fails": "bold red",
    "ambiguous": "yellow",
}


def coloured(verdict: str) -> str:
    """A verdict in its colour, as markup; the word is always there."""
    return f"[{COLOURS[verdict]}]{verdict}[/]"
