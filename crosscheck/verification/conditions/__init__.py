"""Under which conditions a mistake is caught: functions of the contract x conditions of a call."""
