"""What a person reads: tables, Markdown and the site. It renders, and computes nothing."""
