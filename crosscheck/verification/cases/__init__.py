"""The cases that all frameworks share, in groups, each with its exact values and bounds."""
