"""Dictionaries and sets with keys of several kinds."""


def histogram(n):
    counts = {}
    value = 12345
    for _ in range(n):
        value = (value * 1103515245 + 12345) & 0x7FFFFFFF
        key = value >> 20
        counts[key] = counts.get(key, 0) + 1
    return counts


counts = histogram(2_000_000)
total = sum(key * count for key, count in counts.items())
by_name = {f"key{i}": i for i in range(120_000)}
for i in range(0, 120_000, 3):
    del by_name[f"key{i}"]
hits = sum(1 for i in range(100_000) if f"key{i}" in by_name)
grid = {}
for x in range(300):
    for y in range(300):
        grid[x, y] = x ^ y
around = sum(grid.get((x + dx, y + dy), 0) for x, y in list(grid)[::9] for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0)))
a = {i * 3 for i in range(50_000)}
b = {i * 5 for i in range(50_000)}
combined = len(a & b) + len(a | b) + len(a - b) + len(a ^ b) + (a <= b)
groups = {}
for i in range(300_000):
    groups.setdefault(i % 1013, []).append(i)
merged = {**by_name, **{"extra": 1}} | {"more": 2}
print(total, hits, around, combined, max(map(len, groups.values())), len(merged))
