"""What crosses a wall: frames and tapes. Standard library only; both sides import it."""
