"""How fast the references train, as ratios within one run; never as a time that a test asserts."""
