"""Stock losses, activations and initializers as rows that are executed."""
