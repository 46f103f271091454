"""Data sets as memory-mapped arrays, prepared once, and the joining of predictions with labels."""
