"""Reads damaged marshal data.

usage: fuzz_loads.py SEED COUNT
"""

import marshal
import random
import sys

SOURCE = """
import os, sys as system
NAMES = ("first", "second", 1.5, 2j, b"bytes", 1 << 80, None, ..., -7)

def function(a, b=LIMIT, *c, d: int, **e):
    "Text of a \\u00e4 \\u20ac \\U0001f600 function."
    try:
        return [x for x in a if x in {1, 2, 3}][1:2]
    except* ValueError:
        pass

class Class[T]:
    async def method(self):
        yield lambda: (self, T)
"""

VALUES = [
    [1, {"a": (2, 3.5)}, {4, 5}, frozenset({"b"}), b"c", "\ud800", slice(1, None, 2)],
    ("shared", "shared", (1 << 100,) * 3, True, StopIteration),
]


def originals():
    code = compile(SOURCE, "<fuzz>", "exec")
    yield marshal.dumps(code)
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield marshal.dumps(constant)
    for value in VALUES:
        yield marshal.dumps(value)


def main():
    noise = random.Random(int(sys.argv[1]))
    pool = list(originals())
    pick, number = noise.choice, noise.random
    for _ in range(int(sys.argv[2])):
        data = bytearray(pick(pool))
        for _ in range(1 + int(number() * 3)):
            at = int(number() * len(data))
            what = int(number() * 5)
            if what == 0:
                data[at] = int(number() * 256)
            elif what == 1:
                data[at] ^= 1 << int(number() * 8)
            elif what == 2:
                del data[at:at + 1 + int(number() * 4)]
            elif what == 3:
                data[at:at] = pick(pool)[at:at + int(number() * 20)]
            else:
                data[at:at + 4] = int(number() * 64).to_bytes(4, "little")
            if not data:
                break
        try:
            value = marshal.loads(data)
        except (ValueError, EOFError, TypeError, RecursionError):
            continue
        try:
            marshal.dumps(value)
        except ValueError:
            pass


main()
