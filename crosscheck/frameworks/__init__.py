"""What a framework is: contract, conformance, registry, declarations, hyperparameters, batches."""
