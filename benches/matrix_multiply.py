"""Matrices as lists of lists."""


def matrix(n, seed):
    value = seed
    rows = []
    for _ in range(n):
        row = []
        for _ in range(n):
            value = (value * 1103515245 + 12345) % 2147483648
            row.append(value / 2147483648 - 0.5)
        rows.append(row)
    return rows


def by_index(a, b):
    n = len(a)
    result = [[0.0] * n for _ in range(n)]
    for i in range(n):
        row = result[i]
        left = a[i]
        for k in range(n):
            factor = left[k]
            right = b[k]
            for j in range(n):
                row[j] += factor * right[j]
    return result


def by_zip(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


a, b = matrix(210, 1), matrix(210, 2)
first = by_index(a, b)
second = by_zip(a, b)
print(f"{sum(map(sum, first)):.6f}", all(abs(x - y) < 1e-9 for p, q in zip(first, second) for x, y in zip(p, q)))
