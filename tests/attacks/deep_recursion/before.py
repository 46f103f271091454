import sys
import threading

sys.setrecursionlimit(10**9)
threading.stack_size(0)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def deep(n):
    return deep(n + 1) + max([n], key=lambda each: deep(each))


deep(0)
