"""Whole training recipes, read in one framework's words and written in another's.

A recipe is an optimizer with its schedule, its weight decay, its clipping and its accumulation over
micro-batches. `reading` reads one, `translating` writes it for another framework and runs both.
"""
