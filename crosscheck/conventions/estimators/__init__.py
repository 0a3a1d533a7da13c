"""scikit-learn's networks: their calls read as an optimizer, a decay and a loss, and translated."""
