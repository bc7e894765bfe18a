"""Planets pulling at each other: float arithmetic over tuples and lists."""

from math import sqrt


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx, vy, vz
        self.mass = mass


def system():
    bodies = [Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5)]
    for i in range(1, 5):
        r = 2.0 * i + 0.3
        bodies.append(Body(r, 0.4 * i, 0.02 * i, 0.1 / i, sqrt(39.5 / r), 0.01 * i, 0.04 / i))
    return bodies


def advance(bodies, pairs, dt):
    for a, b in pairs:
        dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
        square = dx * dx + dy * dy + dz * dz
        force = dt / (square * sqrt(square))
        ma, mb = a.mass * force, b.mass * force
        a.vx -= dx * mb
        a.vy -= dy * mb
        a.vz -= dz * mb
        b.vx += dx * ma
        b.vy += dy * ma
        b.vz += dz * ma
    for body in bodies:
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def energy(bodies, pairs):
    total = sum(0.5 * b.mass * (b.vx**2 + b.vy**2 + b.vz**2) for b in bodies)
    for a, b in pairs:
        total -= a.mass * b.mass / sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2)
    return total


bodies = system()
pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
print(f"{energy(bodies, pairs):.9f}")
for _ in range(140_000):
    advance(bodies, pairs, 0.001)
print(f"{energy(bodies, pairs):.9f}")
