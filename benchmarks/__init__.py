"""What `make bench` measures: the numbers that the project promises, on this machine, now."""
