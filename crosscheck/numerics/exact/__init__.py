"""Exact values by ball arithmetic: every result encloses the real number, with a proven radius.

`balls` holds the numbers, `network` the forward and backward pass, `optimizers` the update rules.
Nothing here shares code with a reference, so that no framework is judge in its own case.
"""
