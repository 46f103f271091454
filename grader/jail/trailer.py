"""The eight bytes behind a reply that say how long it was meant to be."""

from __future__ import annotations

import struct

from grader.jail.spool import FileSpool

_SIZE = struct.Struct("<Q")


def strip_trailer(reply: FileSpool) -> bool:
    """Cut the trailer off. True when it is there and the reply before it is as long as it says.

    Nothing else of a reply is looked at here: a job that wants to lie about its
    length can, and only damages what it says about itself.
    """
    size = reply.size - _SIZE.size
    if size < _SIZE.size or _SIZE.unpack(reply.tail(_SIZE.size))[0] != size:
        return False
    reply.cut(size)
    return True
