l = [3, 1, 2]
l.append(4); l.extend([5, 6]); l.insert(0, 0); l.insert(100, 7); l.insert(-1, 99)
print(l, l.pop(), l.pop(0), l.pop(-2), l.index(2), l.count(1), len(l))
l.remove(99) if 99 in l else None
l.sort(); print(l); l.reverse(); print(l); l.sort(key=lambda x: -x, reverse=True); print(l)
c = l.copy(); c[0] = "x"; print(l[0], c[0], l == c, c * 2, [1] + [2], 1 in l, [] == [])
l[1:3] = ["a", "b", "c"]; print(l); l[::2] = [0] * len(l[::2]); print(l); l[1:1] = [8, 9]; print(l); del l[::2]; print(l); l[:] = []; print(l); l[5:] = [1]; print(l)
print([1, 2] < [1, 3], [1, 2] < [1, 2, 0], [2] > [1, 9], [1, [2]] == [1, [2]], [1, 2] != [2, 1])
print(list("abc"), list(range(3)), list({"a": 1}), list((1, 2)), [*"xy"], [[0] * 2 for _ in range(2)])
a = [[]] * 3; a[0].append(1); print(a)
l = [1, 2, 3, 4, 5, 6]
print(l[::-1], l[1:4], l[-2:], l[:-4], l[4:1:-1], l[10:], l[-100:2], l[::3], l[5:0:-2], l[slice(1, 3)], l[True])
l += (7, 8); l *= 1; print(l, l.index(3, 1), l.index(3, -6)); l.clear(); print(l)
for bad in ("[1][1]", "[1]['a']", "[].pop()", "[1].remove(2)", "[1, 2].index(5)", "[1] + (2,)", "[1, 'a'].sort()", "[1, 2, 3].__setitem__(slice(0, 3, 2), [1])", "[] * 'a'", "[1].__delitem__(3)", "[3, 2, 1].sort(key=5)", "list(5)", "[1][1:2:0]", "[1, 2][None:'a']"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
class L(list):
    def __getitem__(self, i): return "item"
x = L([1, 2]); print(x[0], list(x), x, sum(x), x == [1, 2], x.copy().__class__.__name__)
