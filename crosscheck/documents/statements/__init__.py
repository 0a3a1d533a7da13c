"""What the documents state beside their numbers, each with a demonstration that is run."""
