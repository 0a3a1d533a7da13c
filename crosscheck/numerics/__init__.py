"""Exact values, honest bounds and the comparison of two arrays; no framework, no document."""
