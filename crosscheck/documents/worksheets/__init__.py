"""Exercises with blanks, and marks for the answers: by the same verdicts as the documents."""
