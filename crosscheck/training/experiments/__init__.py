"""The experiments of the lectures, each with its claim and its picture."""
