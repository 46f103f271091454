"""Zone code, render."""
