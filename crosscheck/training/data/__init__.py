"""Handwritten digits to train on."""
