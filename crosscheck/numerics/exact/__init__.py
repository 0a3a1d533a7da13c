"""Exact values by ball arithmetic: every result encloses the real number, with a proven radius.

`balls` has the arithmetic, `network` the forward and backward pass, `series` the gradient by a
second method, `optimizers` and `moments` the update rules, which `histories` has the sums for.
Nothing here shares code with a reference, so that no framework is judge in its own case.
"""
