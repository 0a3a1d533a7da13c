"""What somebody's own object is: which arrays are its parameters, and how it is called.

Names are looked at first, then shapes, then what happens when it is called. Nothing is ever judged
here: a wrong network is understood as well as a right one.
"""
