"""Judging somebody's own code: a network, an optimizer or one function."""
