"""How the frameworks' own optimizers, schedules, losses and activations relate to the references.

Every statement is executed: a component equals the reference with these keywords, or differs from
it by so much for this reason. `stock` runs the components in their frameworks, `everything` checks
all statements, and `optimizers.translating` writes one framework's optimizer as another's. The
learning-rate schedules are made by the functions of `schedules`; `schedules.reading` reads those of
a framework, `schedules.writing` writes them, and `schedules.translating` does both with the proof.
"""
