"""What made the network's result, past views and copies."""

from __future__ import annotations

from grader.inside.measure.graph import Graph, Step

_SAME_VALUES = frozenset(
    {
        "view", "_unsafe_view", "squeeze", "squeeze_", "unsqueeze", "unsqueeze_", "permute", "transpose", "t", "alias",
        "detach", "detach_", "clone", "_to_copy", "expand", "lift_fresh",
    }
)  # fmt: skip


def last_of(graph: Graph) -> tuple[Step, int] | None:
    """The step that computed the output, and which of its results it is; None for an output that no step made."""
    wanted = graph.output.id
    for step in reversed(graph.steps):
        made = [ref.id if ref else None for ref in step.results]
        if wanted not in made:
            continue
        if step.name not in _SAME_VALUES:
            return step, made.index(wanted)
        source = next(step.arguments.refs(), None)
        if source is None:
            return None
        wanted = source.id
    return None
