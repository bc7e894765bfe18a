def classify(n):
    if n < 0:
        return "negative"
    elif n == 0:
        return "zero"
    elif n < 10:
        return "small"
    else:
        return "large"


for n in (-5, 0, 3, 10, 99):
    print(n, classify(n))
for value in (None, False, True, 0, 1, 0.0, -0.0, 0j, "", " ", b"", b"0", [], [0], (), (None,), {}, {0: 0}, set(), {0}, range(0), range(1)):
    print(repr(value), "true" if value else "false", not value)
print(1 if 0 else 2 if 0 else 3)
print((lambda: 1) and 5, 0 or [] or "end", 1 and 2 and 3, 0 and 1 / 0, 1 or 1 / 0)
print(1 < 2 < 3, 1 < 3 < 2, 3 > 2 > 1 > 0, 1 == 1.0 == True, 1 < 2 > 1 != 5)


def noisy(x):
    print("eval", x)
    return x


print(noisy(1) < noisy(0) < noisy(5))
print(noisy(0) and noisy(1) or noisy(2))
x = 5
if x > 3 and not x == 4 or x is None: print("one line")
