"""Pages to read beside the lecture notes, built from one run, without a server."""
