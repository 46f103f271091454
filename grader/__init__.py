"""The grader for convolutional-network homework."""

__version__ = "0.1.0"
