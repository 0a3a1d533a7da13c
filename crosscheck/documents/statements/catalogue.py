"""The statements of all documents. The modules that state them are imported here, and only here."""

from crosscheck.documents.statements import (
    document_000,
    document_000_arrows,
    document_000_one_neuron,
    document_000_words,
    document_001,
    document_002,
    document_002_code,
    document_002_training,
    document_002_updates,
    document_003,
    document_004,
)
from crosscheck.documents.statements.statement import Statement

MODULES = (
    document_000,
    document_000_arrows,
    document_000_words,
    document_000_one_neuron,
    document_001,
    document_002,
    document_002_updates,
    document_002_code,
    document_002_training,
    document_003,
    document_004,
)


def all_statements() -> list[Statement]:
    """Every statement of every document.

    The statements of one section stand together, and the sections in the order of the modules.
    """
    grouped: dict[tuple[str, str], list[Statement]] = {}
    for module in MODULES:
        for statement in module.statements:
            grouped.setdefault((statement.document, statement.section), []).append(statement)
    return [statement for section in grouped.values() for statement in section]
