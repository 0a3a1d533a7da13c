"""Worksheets as pages, and marks as tables; in English or Chinese."""
