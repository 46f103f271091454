"""The first code of every process behind the wall: inner walls, warm start, one job."""
