"""Our own answers: the lectures' networks, and a full-marks submission for each homework."""
