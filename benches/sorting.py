"""Sorting with keys, in reverse, of several types; binary search."""

from bisect import bisect_left, insort
from operator import itemgetter


class Record:
    def __init__(self, name, age, score):
        self.name, self.age, self.score = name, age, score

    def __lt__(self, other):
        return (self.age, self.name) < (other.age, other.name)


def numbers(n, seed=42):
    result = []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        result.append(seed)
    return result


values = numbers(120_000)
check = 0
check += sorted(values)[1000]
check += sorted(values, reverse=True)[1000]
check += sorted(values, key=lambda v: (v % 1000, v))[5000]
check += sorted(range(len(values)), key=values.__getitem__)[77]
strings = [str(v) for v in values]
check += int(sorted(strings)[2000]) + int(sorted(strings, key=len)[2000])
records = [Record(f"n{v % 5000}", v % 90, v / 7) for v in values[:40_000]]
records.sort()
check += records[500].age
records.sort(key=lambda r: r.score)
check += int(records[500].score)
pairs = list(zip(values, strings))
pairs.sort(key=itemgetter(1), reverse=True)
check += pairs[0][0]
nearly = sorted(values)
nearly[100], nearly[90_000] = nearly[90_000], nearly[100]
nearly.sort()
kept = []
for value in values[:15_000]:
    insort(kept, value)
check += sum(bisect_left(kept, value) for value in values[:50_000])
print(check, [r.name for r in records[:3]])
