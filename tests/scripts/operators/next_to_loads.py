"""Operators right behind the loads of their operands: results at the limits of what fits a word, other operand types, tracing that
begins and ends in between."""

import sys

EDGE = 2**62


def with_ints(a):
    return [a + 1, a - 1, a * 2, a % 7, a // 3, a & 12, a << 1, a >> 1, a < 5, a <= 5, a == 5, a != 5, a > 5, a >= 5]


def with_locals(a, b):
    results = []
    for operation in (add, subtract, multiply, compare):
        try:
            results.append(operation(a, b))
        except (TypeError, MemoryError, OverflowError) as error:
            results.append(str(error))
    return results


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


def multiply(a, b):
    return a * b


def compare(a, b):
    chosen = ""
    if a < b:
        chosen += "<"
    if a <= b:
        chosen += "<="
    if a == b:
        chosen += "=="
    if a != b:
        chosen += "!="
    if a > b:
        chosen += ">"
    if a >= b:
        chosen += ">="
    return chosen


def with_constants(x):
    return [x + 1.5, x - 1.5, x * 1.5, x / 1.5, x % 1000, x % -1000]


for a in (0, 1, -1, 5, EDGE - 1, EDGE, -EDGE, -EDGE - 1, 2**63, True, 2.5, -0.0):
    try:
        print(a, with_ints(a))
    except TypeError as error:
        print(a, error)
    print(a, with_constants(a))
for a in (EDGE - 1, -EDGE, 3, -3, 1e308, float("nan"), "text", (1, 2), [3]):
    for b in (1, -1, EDGE - 1, -EDGE, 2, 0.5, "x", (3,)):
        print(repr(a), repr(b), with_locals(a, b))


def zero(a, b):
    outcomes = []
    for f in (lambda: a % 0, lambda: a // 0, lambda: a / 0.0, lambda: b >> -1, lambda: b << -1):
        try:
            outcomes.append(f())
        except (ZeroDivisionError, ValueError) as error:
            outcomes.append(str(error))
    return outcomes


print(zero(1, 2))


def item(sequence, index):
    try:
        return sequence[index], sequence[0], sequence[-1] if index else sequence[1]
    except (IndexError, KeyError) as error:
        return repr(error)


for sequence in ([1, 2, 3], (1, 2, 3), "abc", {0: 1, -1: 2, 1: 3}, [], ()):
    for index in (0, 1, 2, 3, -1, -3, -4, True):
        print(sequence, index, item(sequence, index))


class Point:
    def __init__(self, x):
        self.x = x

    @property
    def double(self):
        return self.x * 2

    @property
    def values(self):
        yield self.x
        yield self.double

    @property
    def wrong(self):
        raise KeyError(self.x)

    def method(self):
        return self.double * 2


class Slotted:
    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    double = property(lambda self: self.x * 3)
    values = property(lambda self: [self.x])
    wrong = property(None)

    def method(self):
        return self.double - 1


def attributes(o):
    results = [o.x, o.double, list(o.values), o.method()]
    try:
        o.wrong
    except (KeyError, AttributeError) as error:
        results.append(f"{error!r} {error.__traceback__.tb_next and error.__traceback__.tb_next.tb_lineno}")
    return results


for _ in range(3):
    for o in (Point(1), Point("a"), Slotted(2)):
        print(attributes(o))
Point.double = property(lambda self: "changed")
print(attributes(Point(3)))
Point.double.__init__(lambda self: "changed again")
print(attributes(Point(3)))
Point.double = 7
print(attributes(Point(3)))


def work(n):
    total = 0
    point = Point(n)
    for i in range(n):
        if i % 2 == 0:
            total += i
        else:
            total -= point.x
    return total


def trace(frame, event, argument):
    if frame.f_code is work.__code__:
        events.append((event, frame.f_lineno - work.__code__.co_firstlineno))
    return trace


for _ in range(2):
    events = []
    print(work(3), events)
    sys.settrace(trace)
    work(3)
    sys.settrace(None)
    print(events)


def inner():
    got = []
    for i in range(3):
        got.append((yield i))
    return got


def outer(depth):
    if depth:
        result = yield from outer(depth - 1)
    else:
        result = yield from inner()
    return [depth, *result]


def drive(generator, values):
    out = []
    try:
        out.append(next(generator))
        for value in values:
            out.append(generator.send(value))
    except StopIteration as stop:
        out.append(stop.value)
    return out


print(drive(outer(3), "abc"), drive(outer(3), [None] * 3), list(outer(4)))
for i in outer(2):
    if i == 1:
        sys.settrace(lambda *args: None)
sys.settrace(None)
generator = outer(5)
next(generator)
try:
    generator.throw(KeyError("thrown"))
except KeyError as error:
    depth, traceback = 0, error.__traceback__
    while traceback := traceback.tb_next:
        depth += 1
    print(repr(error), depth)
