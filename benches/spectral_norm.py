"""The spectral norm of an endless matrix: float loops, sums over generators."""


def element(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    n = len(vector)
    return [sum(element(i, j) * vector[j] for j in range(n)) for i in range(n)]


def transposed(vector):
    n = len(vector)
    return [sum(element(j, i) * vector[j] for j in range(n)) for i in range(n)]


u = [1.0] * 360
for _ in range(10):
    v = transposed(times(u))
    u = transposed(times(v))
uv = sum(a * b for a, b in zip(u, v))
vv = sum(b * b for b in v)
print(f"{(uv / vv) ** 0.5:.9f}")
