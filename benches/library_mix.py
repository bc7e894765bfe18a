"""What programs take from the standard library: containers, iterators, formatted text, tables, checksums, random numbers."""

import bisect
import csv
import hashlib
import io
import itertools
import random
import statistics
import string
import textwrap
import zlib
from collections import ChainMap, Counter, defaultdict, deque
from functools import cache, partial, reduce
from operator import attrgetter, itemgetter, mul

WORDS = "the quick brown fox jumps over a lazy dog while seven wizards watch from their boxes".split()


def tables(rows):
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(["number", "name", "price", "note"])
    for row in range(rows):
        writer.writerow([row, WORDS[row % 16], row / 8, 'says "so", twice' if row % 5 == 0 else ""])
    reader = csv.DictReader(io.StringIO(sink.getvalue()))
    groups = defaultdict(list)
    for row in reader:
        groups[row["name"]].append(float(row["price"]))
    averages = {name: statistics.fmean(prices) for name, prices in groups.items()}
    return sorted(averages.items(), key=itemgetter(1), reverse=True)[:3]


def iterators(size):
    pairs = zip(itertools.count(1), itertools.cycle("abc"), range(size))
    keyed = itertools.groupby(sorted(pairs, key=itemgetter(1)), key=itemgetter(1))
    counts = {key: sum(1 for _ in group) for key, group in keyed}
    chained = itertools.chain.from_iterable(itertools.batched(range(size), 7))
    sums = list(itertools.accumulate(itertools.islice(chained, 0, size, 3)))
    window = deque(maxlen=20)
    peak = 0
    for value in sums:
        window.append(value % 1009)
        peak = max(peak, sum(window))
    product = reduce(mul, itertools.takewhile(lambda n: n < 90, itertools.count(1)))
    some = any(map(partial(pow, 3), range(4))) and all(map(str.isalpha, WORDS))
    return counts, sums[-1], peak, product % 1_000_003, some


@cache
def partitions(total, largest):
    if total == 0:
        return 1
    return sum(partitions(total - part, part) for part in range(1, min(total, largest) + 1))


def texts(count):
    generator = random.Random(11)
    counter = Counter()
    out = []
    for number in range(count):
        chosen = generator.choices(WORDS, k=12)
        generator.shuffle(chosen)
        counter.update(chosen)
        line = " ".join(chosen)
        out.append(f"{number:>6}|{line.title():<80}|{number / 7:8.3f}|{number:#06x}")
        out.append("%5d %-10s %6.2f %r" % (number, chosen[0], number / 3, chosen[1]))
        out.append("{0:,} {name!s:^12} {0:e}".format(number * 1000, name=chosen[2]))
        if number % 20 == 0:
            out.extend(textwrap.wrap(line * 3, 40))
            out.append(string.Template("$who has $what").substitute(who=chosen[3], what=chosen[4]))
    text = "\n".join(out)
    folded = text.replace("fox", "cat").casefold().translate(str.maketrans("aeiou", "43101"))
    lines = [line.strip().partition("|") for line in folded.splitlines() if line.endswith(("0", "x", "e"))]
    data = text.encode()
    digest = hashlib.sha256(data).hexdigest()
    packed = zlib.compress(data, 6)
    return counter.most_common(3), len(lines), digest[:12], zlib.decompress(packed) == data, zlib.crc32(data)


def searches(size):
    generator = random.Random(5)
    keys = []
    for _ in range(size):
        bisect.insort(keys, generator.randrange(10**6))
    found = sum(keys[bisect.bisect_left(keys, needle) % size] == needle for needle in range(0, 10**6, 37))
    scopes = ChainMap({"a": 1}, dict.fromkeys(keys, 0))
    hits = sum(key in scopes for key in range(0, 10**6, 53))
    gauss = [generator.gauss(0, 1) for _ in range(size)]
    return found, hits, round(statistics.stdev(gauss), 6), round(sum(generator.random() for _ in range(size)), 6)


class Reading:
    def __init__(self, place, value):
        self.place = place
        self.value = value


def main():
    print(tables(30_000))
    print(*iterators(200_000))
    print(partitions(60, 60))
    print(*texts(10_000))
    print(*searches(30_000))
    readings = [Reading(WORDS[n % 16], n * 37 % 1001) for n in range(60_000)]
    readings.sort(key=attrgetter("value", "place"))
    print(readings[0].place, readings[-1].value, sum(map(attrgetter("value"), readings)))


main()
