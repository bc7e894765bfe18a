"""Functions that make functions."""


def counter():
    count = 0

    def step(by):
        nonlocal count
        count += by
        return count

    return step


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x

    return composed


def memoize(function):
    known = {}

    def wrapper(n):
        if n not in known:
            known[n] = function(n)
        return known[n]

    return wrapper


@memoize
def stairs(n):
    return 1 if n < 2 else stairs(n - 1) + stairs(n - 2)


def church(n):
    return (lambda f: lambda x: x) if n == 0 else (lambda f: lambda x: f(church(n - 1)(f)(x)))


steps = [counter() for _ in range(10)]
for i in range(2_800_000):
    steps[i % 10](i & 3)
pipeline = compose(lambda x: x + 1, lambda x: x * 3, lambda x: x & 0xFFFF, lambda x: x ^ 0x55)
value = 0
for _ in range(1_000_000):
    value = pipeline(value)
numerals = sum(church(n % 12)(lambda x: x + 1)(0) for n in range(30_000))
print([step(0) for step in steps], value, stairs(90), numerals)
