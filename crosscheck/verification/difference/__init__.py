"""Two sets of tensors of one network: whether they differ by rounding, or by a bug."""
