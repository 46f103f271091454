"""One file for each command: from what a person typed to an exit code."""
