"""The turnstile: many together, or one alone."""

from __future__ import annotations

import threading

from grader.alone import Turnstile


def test_turnstile_lets_two_in_together():
    """Two that do not ask to be alone are inside at the same time."""
    turnstile = Turnstile()
    met = threading.Barrier(2, timeout=10)
    seen = []

    def enter():
        with turnstile.among_others():
            met.wait()
            seen.append(True)

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert seen == [True, True]


def test_turnstile_alone_means_nobody_else_inside():
    """Whoever is alone never overlaps with anybody, however many ask."""
    turnstile = Turnstile()
    lock = threading.Lock()
    inside: list[str] = []
    overlaps: list[list[str]] = []

    def enter(name, way):
        for _ in range(50):
            with way():
                with lock:
                    inside.append(name)
                    if "alone" in inside and len(inside) > 1:
                        overlaps.append(list(inside))
                with lock:
                    inside.remove(name)

    ways = [("alone", turnstile.alone)] * 2 + [("many", turnstile.among_others)] * 4
    threads = [threading.Thread(target=enter, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert overlaps == []
