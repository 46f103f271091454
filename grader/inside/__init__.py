"""Code that only ever runs behind a wall. Nothing outside imports it."""
