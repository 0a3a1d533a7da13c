"""The harness: judges the documents' numbers and the frameworks that follow the contract."""

__version__ = "0.1.0"
