"""How far an honest implementation may be from the exact value: a running error bound.

`inexact` is the arithmetic that carries a bound along, entry by entry, on absolute values;
`activations` and `losses` say how an error passes through them; `network` carries it through a
forward and backward pass, `optimizers` through the steps of an optimizer. Derived in
docs/bounds.md.
"""
