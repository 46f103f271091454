"""Finds what was handed in, reads it as bytes and gives each student a folder name; opens nothing and runs nothing."""
