"""Plausible mistakes, each a small named change to the NumPy reference, run as a framework."""
