"""Learning-rate schedules in closed form; `crosscheck.conventions.schedules` offers them all."""
