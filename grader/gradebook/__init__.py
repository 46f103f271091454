"""The class as a database and as the file that humans fill in."""
