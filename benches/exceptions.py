"""Raising and catching, close by and through many frames."""


class Problem(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Worse(Problem):
    pass


def risky(i):
    if i % 7 == 0:
        raise Worse(i)
    if i % 3 == 0:
        raise Problem(i)
    return i


def deep(n, i):
    if n == 0:
        return risky(i)
    try:
        return deep(n - 1, i)
    finally:
        LOG[0] += 1


LOG = [0]
total = 0
for i in range(900_000):
    try:
        total += risky(i)
    except Worse as problem:
        total -= problem.code
    except Problem:
        total += 1
for i in range(80_000):
    try:
        total += deep(10, i)
    except Problem as problem:
        total ^= problem.code
data = {}
for i in range(700_000):
    try:
        data[i & 1023] += 1
    except KeyError:
        data[i & 1023] = 1
for i in range(500_000):
    try:
        int("x" if i & 7 == 0 else "12")
    except ValueError as error:
        total += len(error.args)
print(total, LOG[0], sum(data.values()))
