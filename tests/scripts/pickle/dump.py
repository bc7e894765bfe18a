"""What pickle writes, at every protocol, and the errors it raises."""
import collections, copyreg, datetime, decimal, enum, functools, io, pickle, sys, zlib
from pickle import Pickler, PicklingError


def show(label, obj, **kw):
    for proto in range(6):
        try:
            data = pickle.dumps(obj, proto, **kw)
        except BaseException as e:
            print(label, proto, type(e).__name__, e, getattr(e, "__notes__", None))
            continue
        if len(data) < 200:
            print(label, proto, data)
        else:
            print(label, proto, len(data), zlib.crc32(data))


class Plain:
    def __init__(self, **kw):
        self.__dict__.update(kw)
    class Inner:
        class Deep: pass
    def method(self): pass
    @classmethod
    def cm(cls): pass

class Slots:
    __slots__ = ("a", "b")

class SlotsDict(Slots):
    __slots__ = ("c", "__dict__")

class New:
    def __new__(cls, x, *, y): return super().__new__(cls)
    def __init__(self, x, *, y): self.x, self.y = x, y
    def __getnewargs_ex__(self): return (self.x,), {"y": self.y}

class Args(tuple):
    def __getnewargs__(self): return (list(self),)

class MyList(list): pass
class MyDict(dict): pass
class MySet(set): pass
class MyInt(int): pass
class MyStr(str): pass
class Color(enum.Enum):
    RED = 1
    BLUE = "b"
class Flags(enum.Flag):
    A = 1
    B = 2
Point = collections.namedtuple("Point", "x y")

class Reduce:
    def __init__(self, value): self.value = value
    def __reduce__(self):
        if isinstance(self.value, Exception): raise self.value
        return self.value

def outer():
    def local(): pass
    return local

for value in [None, True, False, ..., NotImplemented, type(None), type(...), type(NotImplemented),
              0, 1, -1, 255, 256, 65535, 65536, -128, -129, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**63, -2**63, 2**62, 2**100, -2**100,
              1 << 2039, 1 << 2040, -(1 << 2039), -(1 << 2040) - 1,
              0.0, -0.0, 1.5, 1e300, 1e-320, float("inf"), float("-inf"), 0.1, 1e16, 1j, complex(-0.0, 2),
              "", "a", "é", "\u20ac", "\U0001f600", "\ud800", "\ud83d\ude00", "a\\b\nc\0d\re\x1af\x80\xff\u0100", "x" * 255, "x" * 256, "é" * 128,
              b"", b"a", b"\0\xff", b"x" * 255, b"x" * 256, bytearray(), bytearray(b"ab"), bytearray(b"x" * 300),
              (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], {}, {1: 2}, {1: 2, "a": [1]}, set(), {1}, {1, 2, 3}, frozenset(), frozenset({1, 2}),
              range(3), slice(1, 2, 3), len, [].append, "".join, str.join, dict.fromkeys, int, Plain, Plain.Inner, Plain.Inner.Deep, Plain.method, Plain.cm, Plain().method,
              collections.OrderedDict(a=1), collections.OrderedDict, collections.deque([1, 2], 5), collections.Counter("ab"), collections.defaultdict(list, a=[1]),
              Point(1, 2), Color.RED, Color.BLUE, Flags.A | Flags.B, Plain(a=1, b=[2]), Plain(), New(1, y=2), Args((1, 2)),
              MyList([1, 2]), MyDict(a=1), MySet({1}), MyInt(5), MyStr("x"),
              ValueError("x"), OSError(2, "no", "f"), KeyError(1), functools.partial(int, base=2), object(), Exception,
              iter([1, 2]), iter((1,)), iter("ab"), iter({}), enumerate("a"), reversed([1]), zip, map, datetime.date(2020, 1, 2), datetime.timedelta(1, 2), decimal.Decimal("1.5"),
              sys, lambda: 0, outer(), (i for i in ()), print.__self__.__class__, memoryview(b"x"), property, classmethod(len), staticmethod(len)]:
    try: label = repr(value)
    except Exception: label = type(value).__name__
    if " at 0x" in label: label = label.split(" at 0x")[0]
    if isinstance(value, (type(lambda: 0), type(i for i in ()), type(memoryview(b"")), type(sys), classmethod, staticmethod, type(Plain().method))):
        for proto in range(6):
            try: print(label[:60], proto, pickle.dumps(value, proto))
            except BaseException as e:
                print(label[:60], proto, type(e).__name__, str(e).split(" at 0x")[0])
        continue
    show(label[:60], value)

s = Slots(); s.a = 1
show("slots", s)
s = SlotsDict(); s.a = 1; s.c = 3; s.d = 4
show("slotsdict", s)

for n in (999, 1000, 1001, 2000, 2001):
    show(f"list{n}", list(range(n)))
    show(f"dict{n}", dict.fromkeys(range(n)))
    show(f"set{n}", set(range(n)))
    show(f"frozenset{n}", frozenset(range(n)))
    show(f"mylist{n}", MyList(range(n)))
    show(f"mydict{n}", MyDict.fromkeys(range(n)))
    show(f"strings{n}", [str(i) for i in range(n)])
    show(f"tuples{n}", [(i, str(i)) for i in range(n)])
for n in (60000, 65535, 65536, 65537, 200000):
    show(f"str{n}", "x" * n)
    show(f"bytes{n}", b"x" * n)
    show(f"bytearray{n}", bytearray(n))
    show(f"around{n}", [1, "y" * n, 2, b"z" * n, 3, bytearray(n), 4])
    show(f"ints{n}", list(range(n)))

l = []; l.append(l); show("reclist", l)
t = ([],); t[0].append(t); show("rectuple1", t)
t = ([], 1, 2, 3); t[0].append(t); show("rectuple4", t)
d = {}; d[1] = d; show("recdict", d)
p = Plain(); p.me = p; show("recobj", p)
f = frozenset({(p := Plain())}); p.f = f; show("recfrozen", f)
class Rec(set): pass
r = Rec(); r.add((r2 := Plain())) ; r2.s = r; show("recset", r)
a = "abc"; b = b"bytes"; show("shared", [a, a, b, b, (1, 2), [a], Plain, Plain, Color.RED, Color.RED])
show("globals", [int, str, Plain, MyList, collections.OrderedDict, len, print])

for value in [1, [1], (), (1,), (len,), (len, ()) * 4, (1, ()), (len, []), (len, (), None, 1), (len, (), None, None, 1), (len, (), None, None, None, 1),
              (len, (), None, [], None), "nosuch", "show", "Plain.Inner", "Plain.nosuch", "x.y.z", ValueError("inner"),
              (copyreg.__newobj__, ()), (copyreg.__newobj__, (1,)), (copyreg.__newobj__, (str,)), (copyreg.__newobj_ex__, ()), (copyreg.__newobj_ex__, (1, (), {})),
              (copyreg.__newobj_ex__, (str, 1, {})), (copyreg.__newobj_ex__, (str, (), 1)), (copyreg.__newobj_ex__, (str, ("a",), {})),
              (list, (), None, iter([1, 2, 3])), (list, (), None, iter([1])), (dict, (), None, None, iter([(1, 2)])), (dict, (), None, None, iter([(1,)])), (dict, (), None, None, iter([[1, 2]])),
              (len, (), "state"), (len, (), {"a": 1}, None, None, print), (len, (), None, None, None, None), (len, (), None, iter([len]), iter([(1, object)]))]:
    for proto in range(6):
        try:
            print("reduce", str(value)[:60].split(" at 0x")[0], proto, pickle.dumps(Reduce(value), proto))
        except BaseException as e:
            print("reduce", str(value)[:60].split(" at 0x")[0], proto, type(e).__name__, str(e).split(" at 0x")[0], getattr(e, "__notes__", None))

copyreg.add_extension("__main__", "Plain", 5); show("ext1", [Plain, Plain]); copyreg.remove_extension("__main__", "Plain", 5)
copyreg.add_extension("__main__", "Plain", 500); show("ext2", [Plain, Plain]); copyreg.remove_extension("__main__", "Plain", 500)
copyreg.add_extension("__main__", "Plain", 70000); show("ext4", [Plain, Plain]); copyreg.remove_extension("__main__", "Plain", 70000)
for fix in (True, False):
    for o in (range, map, functools.reduce, collections.UserDict, ConnectionError, OSError, ModuleNotFoundError, io.StringIO, pickle.Pickler, set, __import__("urllib.request").request.urlopen):
        show(f"fix{fix}", o, fix_imports=fix)

class Pers(Pickler):
    def persistent_id(self, obj): return {"p": "pid", "n": 5, "u": "\xe9"}.get(obj) if isinstance(obj, str) else None
for proto in range(6):
    for o in ("p", ["n", "x", "n"], "u"):
        f = io.BytesIO()
        try: Pers(f, proto).dump(o); print("pers", proto, o, f.getvalue())
        except Exception as e: print("pers", proto, o, type(e).__name__, e)

class Writer:
    def __init__(self): self.sizes = []
    def write(self, data): self.sizes.append((type(data).__name__, len(data))); return len(data)
for proto in range(6):
    for o in ([1], list(range(100000)), ["x" * 70000, 1, b"y" * 70000, bytearray(70000)], list(range(3)) * 40000):
        w = Writer(); Pickler(w, proto).dump(o); print("writes", proto, w.sizes)

f = io.BytesIO(); p = Pickler(f, 2); x = [1]; p.dump(x); p.dump(x); print(f.getvalue(), len(p.memo.copy())); p.clear_memo(); p.dump(x); print(f.getvalue())
f = io.BytesIO(); p = Pickler(f, 4); p.fast = 1; p.dump([x, x, "a", "a"]); print(f.getvalue())
l = []; l.append(l)
f = io.BytesIO(); p = Pickler(f, 4); p.fast = True
try: p.dump(l)
except Exception as e: print(type(e).__name__, str(e).split(" at 0x")[0])
f = io.BytesIO(); p = Pickler(f, 2); p.bin = 0; p.dump([1, "a", (1,), {}]); print(f.getvalue())
for call in ("Pickler()", "Pickler(1)", "Pickler(io.BytesIO(), 6)", "Pickler(io.BytesIO(), -1).bin", "Pickler(io.BytesIO(), 'a')", "Pickler(io.BytesIO(), 4, buffer_callback=len)", "Pickler.__new__(Pickler).dump(1)", "Pickler.__new__(Pickler).clear_memo()",
             "pickle.dumps()", "pickle.dumps(1, 7)", "pickle.dumps(1, 1, 1)", "pickle.dump(1)", "pickle.dump(1, 1)", "pickle.dumps(1, buffer_callback=1)", "Pickler(io.BytesIO()).persistent_id(1)",
             "setattr(Pickler(io.BytesIO()), 'memo', 1)", "setattr(Pickler(io.BytesIO()), 'memo', {1: 2})", "setattr(Pickler(io.BytesIO()), 'memo', {1: (2, 3)})", "setattr(Pickler(io.BytesIO()), 'memo', {1: ('a', 3)})", "Pickler(io.BytesIO()).dispatch_table", "Pickler(io.BytesIO()).foo", "setattr(Pickler(io.BytesIO()), 'foo', 1)", "delattr(Pickler(io.BytesIO()), 'persistent_id')", "Pickler(io.BytesIO()).memo.__reduce__()", "setattr(Pickler(io.BytesIO()), 'bin', 'a')"):
    try: print(call, eval(call))
    except Exception as e: print(call, type(e).__name__, e)

bufs = []
for o in (pickle.PickleBuffer(b"abc"), pickle.PickleBuffer(bytearray(b"abc")), [pickle.PickleBuffer(b"")] * 2, pickle.PickleBuffer(memoryview(b"abcdef")[::2])):
    for cb in (None, bufs.append, lambda b: True):
        try: print("buffer", pickle.dumps(o, 5, buffer_callback=cb), len(bufs))
        except Exception as e: print("buffer", type(e).__name__, e, getattr(e, "__notes__", None))
pb = pickle.PickleBuffer(b"abc"); print(bytes(pb.raw()), bytes(memoryview(pb))); pb.release()
for act in (lambda: pb.raw(), lambda: memoryview(pb), lambda: pickle.dumps(pb, 5), lambda: pickle.PickleBuffer(1), lambda: pickle.PickleBuffer(memoryview(b"abcdef")[::2]).raw()):
    try: print(act())
    except Exception as e: print(type(e).__name__, e)

class Override(Pickler):
    def reducer_override(self, obj):
        if obj is len: return (str, ("x",))
        if obj == 3: return 1
        if obj is int: return "Plain"
        return NotImplemented
for o in (len, [1, "a", len, len], int, 3, Plain()):
    f = io.BytesIO()
    try: Override(f, 4).dump(o); print("override", f.getvalue())
    except Exception as e: print("override", type(e).__name__, e, getattr(e, "__notes__", None))
class Table(Pickler):
    dispatch_table = {Plain: lambda o: (len, ("x",)), int: None}
f = io.BytesIO(); Table(f, 4).dump([Plain(), 1]); print(f.getvalue())
deep = []
for i in range(200000): deep = [deep]
for proto in range(6):
    try: pickle.dumps(deep, proto); print("no error")
    except RecursionError as e: print("RecursionError", len(getattr(e, "__notes__", ())) > 0)
while deep: deep = deep[0]
