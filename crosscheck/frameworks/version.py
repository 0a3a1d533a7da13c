"""The version of the suite, from the metadata of its distribution."""

from importlib.metadata import version

VERSION = version("backprop-crosscheck")
