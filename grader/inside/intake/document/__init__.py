"""Reads what was written for people: hw4.pdf and the like become lines of text with their places."""
