"""Hostile tries, by kind; `tests/tries.py` makes them."""
