"""Escape times over a grid, with complex numbers and with floats."""


def by_complex(size, limit):
    inside = 0
    for row in range(size):
        for column in range(size):
            c = complex(2.5 * column / size - 2.0, 2.4 * row / size - 1.2)
            z = 0j
            for _ in range(limit):
                z = z * z + c
                if abs(z) > 2.0:
                    break
            else:
                inside += 1
    return inside


def by_floats(size, limit):
    steps = 0
    for row in range(size):
        ci = 2.4 * row / size - 1.2
        for column in range(size):
            cr = 2.5 * column / size - 2.0
            zr = zi = 0.0
            n = 0
            while n < limit and zr * zr + zi * zi < 4.0:
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                n += 1
            steps += n
    return steps


print(by_complex(380, 50), by_floats(480, 60))
