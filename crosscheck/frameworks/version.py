"""The version of this suite, as its installed metadata has it."""

from importlib.metadata import version

VERSION = version("backprop-crosscheck")
