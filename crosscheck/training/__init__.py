"""Training runs: data, runs, checkpoints, drift, experiments, benchmark, plots."""
