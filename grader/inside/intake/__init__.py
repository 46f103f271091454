"""Zone code, intake."""
