PAIRS = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def to_roman(n):
    out = []
    for value, sign in PAIRS:
        count, n = divmod(n, value)
        out.append(sign * count)
    return "".join(out)


def from_roman(s):
    values = dict((b, a) for a, b in PAIRS if len(b) == 1)
    total = 0
    for a, b in zip(s, s[1:] + "I"):
        total += values[a] if values[a] >= values[b] else -values[a]
    return total


print([to_roman(n) for n in (1, 4, 9, 14, 40, 90, 400, 1994, 2026, 3999)])
print(all(from_roman(to_roman(n)) == n for n in range(1, 4000)))
