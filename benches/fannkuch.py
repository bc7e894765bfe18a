"""Pancake flips over all permutations: list indexing and slicing."""


def fannkuch(n):
    order = list(range(n))
    counters = [0] * n
    most, check, sign = 0, 0, 1
    while True:
        if order[0]:
            work = order[:]
            flips = 0
            while first := work[0]:
                work[: first + 1] = work[first::-1]
                flips += 1
            most = max(most, flips)
            check += sign * flips
        if sign == 1:
            order[0], order[1] = order[1], order[0]
            sign = -1
            continue
        order[1], order[2] = order[2], order[1]
        sign = 1
        for i in range(2, n):
            if counters[i] < i:
                counters[i] += 1
                break
            counters[i] = 0
            if i == n - 1:
                return check, most
            order.insert(i + 1, order.pop(0))


print(*fannkuch(9), *fannkuch(8), *fannkuch(9))
