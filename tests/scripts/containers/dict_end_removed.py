"""Keys that come and go at the end of a dict leave index slots behind, which must never fill the table."""

from collections import OrderedDict

d = {}
for i in range(1000):
    d[i] = 1
    d.popitem()
print(d, d.get(5))

d = {"a": 1}
for i in range(1000):
    d[i] = 1
    d[-i - 1] = 2
    d.popitem()
    d.popitem()
print(d, 5 in d)

d = {i: i for i in range(20)}
for i in range(300):
    d[f"k{i}"] = d.popitem()
    d.popitem()
    d[i * 31] = i
print(len(d), list(d)[-2:])

o = OrderedDict(x=1)
for i in range(1000):
    o[i] = 1
    o.move_to_end(i, last=False)
    o.popitem(last=i % 2 == 0)
    o["x"] = i
print(len(o), "x" in o)
