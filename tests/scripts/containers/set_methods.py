s = {3, 1, 2}
s.add(4); s.add(1); s.discard(9); s.update([5], {6}); s.remove(3)
print(s, len(s), 1 in s, s == {1, 2, 4, 5, 6}, s.pop() in (1, 2, 4, 5, 6), set(), {*()}, frozenset(), frozenset({1}), type({}))
a, b = {1, 2, 3, 4}, {3, 4, 5}
print(a & b, a | b, a - b, a ^ b, a <= b, {1} < a, a >= {1, 2}, a > a, a.isdisjoint({9}), a.issubset(range(9)), a.issuperset([1]), a.union([9], (8,)), a.intersection([1, 2], {2}), a.difference([1], [2]), a.symmetric_difference([1, 9]))
c = a.copy(); c &= b; print(c); c |= {9}; print(c); c -= {3}; print(c); c ^= {9, 10}; print(c); c.intersection_update([10]); c.difference_update([1]); c.symmetric_difference_update([7]); print(c); c.clear(); print(c)
f = frozenset([1, 2]); print(f | {3}, {3} | f, f == {1, 2}, hash(f) == hash(frozenset([2, 1])), {f: 1}[frozenset({1, 2})], f & f is f if False else f, frozenset("ab") >= {"a"}, {frozenset({1})} == {frozenset({1})})
print({"a", "b", "c"}, {"x" + str(i) for i in range(8)}, {1.5, 2, "z", None, (1,)}, set("hello world"), {i * 37 % 101 for i in range(20)}, {-1, -2, 0}, {True, 1, 1.0}, {2 ** 70, 2 ** 61 - 1}, {b"x", "x"}, {"apple", "banana", "cherry", "date", "elderberry"})
print(sorted({"b", "a"}), max({1, 5}), sum({1, 2}), list({7}), {1, 2} == frozenset({2, 1}), {1} in [{1}], {1, 2} != {1}, bool(set()), {*"ab", *[1]} == {"a", "b", 1})
for bad in ("{[]}", "{1}.remove(2)", "set().pop()", "{1} + {2}", "{1} | [2]", "hash({1})", "set(5)", "frozenset({1}).add(2)", "{1}[0]", "{1} < [1]", "{{1}}", "{1}.union(5)", "set([[]])", "{1}.update(3)"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
try:
    x = {1, 2}
    for i in x: x.add(i + 10)
except RuntimeError as e:
    print(e)
print({1} in {frozenset({1})}, {frozenset({1})}.__contains__({1}))
class S(set): pass
print(type(S([1]) | {2}).__name__, S([1]), repr(frozenset([S([2]) == {2}])))
