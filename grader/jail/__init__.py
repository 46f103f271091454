"""Runs other people's code and data behind walls. Knows nothing of homework."""
