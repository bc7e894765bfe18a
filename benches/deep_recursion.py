"""Calls within calls."""

import sys

sys.setrecursionlimit(30_000)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def count_down(n, total=0, *, step=1):
    return total if n <= 0 else count_down(n - step, total=total + n, step=step)


print(fib(32), tak(18, 11, 5), sum(down(10_000) for _ in range(80)), ackermann(2, 220), sum(count_down(5_000, step=2) for _ in range(200)))
