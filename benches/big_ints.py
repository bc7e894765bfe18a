"""Arithmetic beyond machine words."""


def factorial(n):
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def pi_digits(count):
    """A spigot: digits one by one out of growing fractions."""
    q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < count:
        if 4 * q + r - t < n * t:
            digits.append(n)
            q, r, n = q * 10, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2
    return digits


def is_probable_prime(n):
    return all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7, 11, 13))


f = factorial(5_000)
g = fibonacci(70_000)
digits = pi_digits(3_000)
primes = [n for n in range(10**40, 10**40 + 2500) if is_probable_prime(n)]
mersenne = sum(pow(3, (1 << p) - 2, (1 << p) - 1) == 1 for p in (521, 607, 1279, 2203))
print(f % 1_000_000_007, g % 1_000_000_007, "".join(map(str, digits[-10:])), len(primes), mersenne)
print(len(str(f >> 40_000)), len(hex(g)), (f >> 5000) % 997, (f ^ g).bit_length(), f // (g + 1) % 9973)
