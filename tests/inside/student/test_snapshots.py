"""Which epochs are kept for the accuracy curve."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.inside.student.snapshots import evenly


@given(epochs=st.integers(1, 400), room=st.integers(0, 64))
def test_kept_epochs_are_even_and_before_the_last(epochs: int, room: int) -> None:
    """As many as there is room for, all before the last epoch, with gaps that differ by one at most."""
    kept = sorted(evenly(epochs, room))
    assert len(kept) == min(room, epochs - 1)
    assert all(1 <= epoch < epochs for epoch in kept)
    gaps = [after - before for before, after in zip([0, *kept], [*kept, epochs], strict=True)]
    assert max(gaps) - min(gaps) <= 1
