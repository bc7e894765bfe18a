"""What `speed.rs` measures, under CPython."""
import random
import sys
import time

sys.set_int_max_str_digits(0)


def measure(name, rounds, items, f):
    best = 1e9
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(rounds):
            f()
        best = min(best, time.perf_counter() - start)
    print(f"{name:24} {best * 1e9 / rounds / items:12.0f} ns")


randoms = [random.random() * 1000 for _ in range(1000)]
short = [i / 8 for i in range(1000)]
for name, floats in ("random", randoms), ("short", short):
    measure("repr " + name, 200, 1000, lambda: list(map(repr, floats)))
    texts = list(map(repr, floats))
    measure("float " + name, 200, 1000, lambda: list(map(float, texts)))
measure("%.2f", 200, 1000, lambda: ["%.2f" % x for x in randoms])
measure("round 2", 200, 1000, lambda: [round(x, 2) for x in randoms])
measure("int('123456')", 100000, 1, lambda: int("123456"))
for digits in 1000, 10000, 100000, 1000000:
    text = "7" * digits
    rounds = max(100000 // digits, 1) if digits < 1000000 else 1
    measure(f"int of {digits} digits", rounds, 1, lambda: int(text))
    n = int(text)
    measure(f"str of {digits} digits", rounds, 1, lambda: str(n))
text = "spam and eggs " * 10
measure("repr of 140 characters", 10000, 1, lambda: repr(text))
