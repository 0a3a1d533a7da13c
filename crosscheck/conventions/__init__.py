"""How the frameworks' own optimizers, losses and activations relate to the references.

Every row is a statement that is executed: equal to the reference with these keywords, or different
by so much for this reason. `stock` runs what a framework has of its own.
"""
