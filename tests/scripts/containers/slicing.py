class Show:
    def __getitem__(self, k): return k
    def __setitem__(self, k, v): print("set", k, v)
    def __delitem__(self, k): print("del", k)
s = Show()
print(s[1], s[1:2], s[::], s[1:2:3], s[:, 1], s[..., 1:2], s[()], s[1, 2:3, ...], s["a":"b"], s[-1:], s[*[1, 2]], s[*[1], 2:3])
s[1:2] = 5; del s[1:2, 3]
sl = slice(1, 10, 2)
print(sl.start, sl.stop, sl.step, sl.indices(5), slice(None).indices(3), slice(-3, None).indices(10), slice(None, None, -1).indices(4), slice(5) == slice(None, 5, None), slice(1, 2) < slice(1, 3), repr(slice("a")), hash(slice(1, 2)) == hash(slice(1, 2)))
x = list(range(10))
for k in (slice(None, None, -1), slice(2, 8, 3), slice(-3, None), slice(None, -7), slice(8, 2, -2), slice(100, None, -4), slice(-100, 3), slice(5, 5), slice(7, 3), slice(None, None, 100)):
    print(k, x[k], "abcdefghij"[k], tuple(x)[k], range(10)[k], bytes(x)[k])
x[2:5] = []; print(x); x[::3] = "abc"; print(x); x[-2:] = range(5); print(x); x[3:3] = [None]; print(x); x[::-1] = list(range(len(x))); print(x); del x[1::2]; print(x); del x[-1:-4:-2]; print(x)
for bad in ("x[::0]", "x['a':]", "x[1.5:2]", "x.__setitem__(slice(None, None, 2), [1])", "x.__setitem__(slice(0, 1), 5)", "slice(1).indices(-1)", "slice(1, 2, 0).indices(5)", "x[1, 2]", "'abc'[1, 2]", "x[None]"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
