"""Zone code, measure."""
