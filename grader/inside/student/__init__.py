"""Zone code, student."""
