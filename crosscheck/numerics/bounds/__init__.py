"""How far an honest implementation may be from the exact value: a running error bound.

`inexact` has arrays with a bound for every entry, and the arithmetic that computes the bound of a
result from those of its operands. `activations` and `losses` have the bounds of these functions,
`network` those of a forward and backward pass, `optimizers` and `moments` those of the steps of an
optimizer. docs/bounds.md derives them.
"""
