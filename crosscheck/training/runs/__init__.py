"""Training runs: the same network on the same digits, by every framework, epoch by epoch."""
