text = """the cat sat on the mat the end of the story is that the cat ate the rat and sat"""
freq = {}
for w in text.split(): freq[w] = freq.get(w, 0) + 1
for w, n in sorted(freq.items(), key=lambda t: (-t[1], t[0]))[:5]: print(f"{w:<5}{n:>3} {'*' * n}")
from collections import Counter, defaultdict
c = Counter(text.split()); print(c.most_common(2), c["zebra"], sum(c.values()), (c - Counter("the the cat".split()))["the"], c & Counter(["cat", "cat"]), +Counter(a=-1, b=2))
dd = defaultdict(list)
for w in c: dd[len(w)].append(w)
print({k: sorted(v) for k, v in sorted(dd.items())}, dd.default_factory.__name__, dd[99], 99 in dd)
c.update("cat cat".split()); c.subtract(["cat"]); print(c["cat"], sorted(c.elements())[:3], Counter("aab") == Counter(a=2, b=1), Counter(a=1) <= Counter(a=2), Counter("ab") | Counter("bb"), c.total())
