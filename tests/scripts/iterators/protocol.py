class Count:
    def __init__(self, n): self.n = n
    def __iter__(self): return CountIter(self.n)
class CountIter:
    def __init__(self, n): self.i, self.n = 0, n
    def __iter__(self): return self
    def __next__(self):
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
c = Count(3)
print(list(c), [*c], sum(c), 2 in c, max(c), tuple(c), dict(zip(c, "abc")), sorted(c, reverse=True), ",".join(map(str, c)))
class Seq:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * i
s = Seq(); print(list(s), 4 in s, [*s], list(enumerate(s)), list(zip(s, "ab")))
try: reversed(s)
except TypeError as e: print(e)
Seq.__len__ = lambda self: 4
print(list(reversed(s)), len(s))
it = iter([1, 2, 3]); print(next(it), it.__length_hint__(), it.__reduce__()[1], list(it))
print(list(iter(iter([5, 6, 0, 7]).__next__, 0)))
for bad in (5, None, type("N", (), {"__iter__": lambda s: 5})(), type("M", (), {"__iter__": None})(), type("O", (), {"__getitem__": 5})()):
    try: print(list(bad))
    except TypeError as e: print(e)
class NoStop:
    def __iter__(self): return self
    def __next__(self): raise ValueError("from next")
try:
    for x in NoStop(): pass
except ValueError as e: print(e)
a = [1, 2, 3, 4]
for x in a:
    if x == 2: a.remove(2)
print(a); it = iter(a); a.clear(); print(list(it))
l = [1]; it = iter(l); next(it); print(list(it)); l.append(2); print(list(it))
d = iter({"a": 1}.items()); print(next(d), next(d, "end")); g = iter("ab"); x, y = g; print(x, y)
from itertools import *
print(list(chain("ab", [1])), list(islice(count(5, 2), 3)), list(accumulate([1, 2, 3], lambda a, b: a * b)), list(combinations("abc", 2)), list(permutations([1, 2], 2)), list(product("ab", [0, 1])), list(repeat(7, 2)), list(takewhile(lambda x: x < 3, range(9))), list(dropwhile(lambda x: x < 7, range(9))), list(zip_longest("ab", "c", fillvalue="-")), [(k, list(g)) for k, g in groupby("aabbc")], list(starmap(pow, [(2, 3)])), list(compress("abc", [1, 0, 1])), list(filterfalse(None, [0, 1])), list(pairwise("abc")), list(batched("abcde", 2)), [list(t) for t in tee([1, 2])], list(islice(cycle("ab"), 5)), list(combinations_with_replacement("ab", 2)))
