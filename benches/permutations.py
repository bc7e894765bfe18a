"""itertools and hand-made combinatorics."""

from itertools import accumulate, chain, combinations, groupby, islice, permutations, product


def by_swaps(items, k=0):
    if k == len(items):
        yield tuple(items)
        return
    for i in range(k, len(items)):
        items[k], items[i] = items[i], items[k]
        yield from by_swaps(items, k + 1)
        items[k], items[i] = items[i], items[k]


def subsets(items):
    for mask in range(1 << len(items)):
        yield [item for i, item in enumerate(items) if mask >> i & 1]


total = sum(p[0] * p[-1] for p in permutations(range(10)))
total += sum(p[0] for p in by_swaps(list(range(9))))
total += sum(a * b * c for a, b, c in combinations(range(150), 3))
total += sum(1 for a, b, c, d in product(range(36), repeat=4) if a + b == c + d)
total += sum(map(len, subsets(range(15))))
total += sum(accumulate(range(200_000))) % 1_000_003
total += sum(len(list(group)) for _, group in groupby(sorted(i * i % 31 for i in range(60_000))))
total += sum(islice(chain.from_iterable([i] * 3 for i in range(60_000)), 150_000))
print(total)
