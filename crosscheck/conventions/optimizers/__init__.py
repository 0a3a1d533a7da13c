"""Stock optimizers as rows, the references that they equal, and one written as another."""
