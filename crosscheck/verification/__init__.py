"""Cases, known mistakes, judging, the ladder, diagnosis, calibration and discrimination."""
