print(abs(-3), all([]), any([]), all([1, 0]), any([0, "a"]), bin(10), bool([]), callable(len), chr(65), divmod(7, 3), hex(255), oct(8), ord("A"), pow(2, 5), round(3.7), sum([1, 2], 10), len({1: 2}), id(1) == id(1), hash("a") == hash("a"))
print(list(enumerate("ab", 1)), list(zip("ab", [1, 2], (True, False))), list(map(lambda a, b: a + b, [1, 2], [10, 20])), list(filter(None, [0, 1, "", "a"])), list(reversed([1, 2])), list(zip()), list(map(str, [])), sorted("ba"), max("abc"), min(3, 2))
print(isinstance(1, (str, int)), issubclass(bool, int), type(1) is int, type("X", (), {}).__name__, getattr("a", "upper")(), getattr(1, "no", None), hasattr([], "append"), vars(type("V", (), {"a": 1})())== {}, repr("a"), ascii("é"), format(5, "3"), str(5))
print(next(iter([1])), next(iter([]), "default"), list(iter(iter([1, 2]))), [x for x in iter(lambda c=iter([1, 2, 0, 3]): next(c), 0)], slice(1, 2), complex(1, 2), frozenset([1]), memoryview(b"a")[0], bytes(2), bytearray(b"x"))
print(eval("1 + 1"), exec("q = 5"), q, compile("2 * 3", "f", "eval").co_filename, eval(compile("2 * 3", "f", "eval")), __import__("math").pi, dir(type("D", (), {"zz": 1}))[-1], sorted(vars(type("D", (), {"zz": 1})))[-1])
print(*[1, 2], sep="-", end="!\n"); print(); print("a", "b", sep=""); print("x", end=""); print(1, None, sep=None, end=None); print("flush", flush=True)
print(sum([[1], [2]], []), sum((0.1, 0.2)), sum([True, True]), sum([1, 2.5]), sum(range(5), start=10), max([1, 2], default=0), max([], default=0), min({"b": 1, "a": 2}), max("a", "b", key=ord), round(-0.5), round(1e16), round(2.5, 0), round(5, -1), round(15, -1))
print(int("12", 5), float("1e3"), str(b"a", "utf8"), list(range(0, 10, 3)), dict(a=1), set("aab") == {"a", "b"}, tuple(range(2)), object().__class__.__name__, property().__class__.__name__, super.__name__, type(...).__name__, NotImplemented, type(NotImplemented).__name__)
it = iter("abc"); print(next(it), list(it), list(it)); z = zip([1, 2, 3], it); print(list(z))
e = enumerate("xy"); print(next(e), list(e)); m = map(lambda x: 1 / x, [1, 0]); print(next(m))
try: next(m)
except ZeroDivisionError as ex: print(ex)
for a, b in (([1, 2], [1]), ([1], [1, 2]), ([1, 2], [3, 4])):
    try: print(list(zip(a, b, strict=True)))
    except ValueError as ex: print(ex)
try: print(list(map(lambda a, b: a, [1], [1, 2], strict=True)))
except ValueError as ex: print(ex)
class D:
    def __dir__(self): return ["b", "a"]
    def __reversed__(self): return iter("rev")
    def __length_hint__(self): return 3
    def __iter__(self): return iter("abc")
print(dir(D()), list(reversed(D())), list(D()), [*D()], sorted(D(), reverse=True))
x = 10
def f(): x = 20; return eval("x"), eval("x", globals()), [eval("x") for _ in range(1)], list(globals())[:1]
print(f()); print(help.__class__.__name__, copyright.__class__.__name__, __debug__, type(print).__name__, print.__name__, len.__doc__.splitlines()[0], open.__module__ in ("io", "_io"))
