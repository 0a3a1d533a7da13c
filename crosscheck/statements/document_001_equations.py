"""The statements of document 001 on the four equations of backpropagation."""

from collections.abc import Callable
from functools import cache
