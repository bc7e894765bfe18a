"""Placing queens: recursion, sets, generators."""


def by_sets(n):
    columns, rising, falling = set(), set(), set()

    def place(row):
        if row == n:
            return 1
        count = 0
        for column in range(n):
            if column in columns or row + column in rising or row - column in falling:
                continue
            columns.add(column)
            rising.add(row + column)
            falling.add(row - column)
            count += place(row + 1)
            columns.remove(column)
            rising.remove(row + column)
            falling.remove(row - column)
        return count

    return place(0)


def by_bits(n, columns=0, rising=0, falling=0):
    full = (1 << n) - 1
    if columns == full:
        return 1
    count = 0
    free = full & ~(columns | rising | falling)
    while free:
        bit = free & -free
        free ^= bit
        count += by_bits(n, columns | bit, (rising | bit) << 1, (falling | bit) >> 1)
    return count


def solutions(n, placed=()):
    if len(placed) == n:
        yield placed
        return
    for column in range(n):
        if all(column != c and abs(column - c) != len(placed) - r for r, c in enumerate(placed)):
            yield from solutions(n, (*placed, column))


print(by_sets(10), by_bits(12), sum(1 for _ in solutions(10)), next(solutions(12)))
