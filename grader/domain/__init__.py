"""Frozen types and the closed lists that every step shares. Imports nothing of ours."""
