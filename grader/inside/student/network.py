"""student.network: hand over the network that answers a question, as tapes without weights."""

from __future__ import annotations

from grader.inside.context import Context
from grader.inside.student.attempt import attempt
from grader.inside.student.build import Order
from grader.inside.student.handover import Handover, to_frame
from grader.inside.student.recorder import Plan
from grader.inside.student.submission import builder, choose_network, open_submission, wish_of
from grader.inside.student.surroundings import calm, seed_all
from grader.wire.frames import Frame


def hand_over_network(frame: Frame, context: Context) -> Frame:
    """Choose, build and record; whatever is wrong with the submission is in the reply."""
    message = frame.message
    submission = open_submission(frame.blobs, context.work, message["import_s"])
    order = Order(tuple(message["input_shape"]), message["build_arguments"])
    shapes = [(batch, *order.input_shape) for batch in message["batches"]]
    with calm(submission.folder):
        seed_all(context.seed)
        choice = choose_network(submission, wish_of(message["selector"]), order, message["build_s"])
        if choice.candidate is None:
            return to_frame(Handover(problem=choice.problem, notes=(*choice.notes, *submission.notes)))
        plan = Plan(submission.folder, submission.lines, "w" if message["weights"] else None)
        build_on = builder(choice.candidate, submission, order, message["build_s"])
        tried = attempt(build_on, shapes, plan, message["forward_s"])
        return to_frame(
            Handover(
                chosen=choice.chosen,
                problem=choice.problem or tried.problem,
                notes=(*choice.notes, *tried.notes, *submission.notes),
                tapes={"network": tried.recordings},
                network=tried.network,
            )
        )
