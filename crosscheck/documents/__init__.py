"""The five documents: transcription, worked examples, verdicts, statements, the ledger."""
