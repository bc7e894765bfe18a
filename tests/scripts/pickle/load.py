"""What an unpickler asks of its file, its hooks, and of the classes whose instances it makes."""
import copyreg, io, pickle
from pickle import Unpickler


def t(f):
    try: print(repr(f()))
    except BaseException as e: print(type(e).__name__, e)


t(lambda: Unpickler())
t(lambda: Unpickler(1))
t(lambda: Unpickler.__new__(Unpickler).load())
class F:
    def read(self, n): return "abc"
    def readline(self): return b""
t(lambda: Unpickler(F()).load())
class F:
    def read(self, n): print("read", n); return b"I"[:n]
    def readline(self): print("readline"); return "x\n"
t(lambda: Unpickler(F()).load())
class R:
    def __init__(self, b): self.b = io.BytesIO(b)
    def read(self, n=-1): r = self.b.read(n); print("read", n, len(r)); return r
    def readline(self): r = self.b.readline(); print("readline", len(r)); return r
for p in (0, 2, 4):
    print(p, Unpickler(R(pickle.dumps(["a" * 5, b"x" * 300, 5.0], p))).load())
print(len(Unpickler(R(pickle.dumps([b"x" * 70000], 4))).load()[0]))
two = io.BytesIO(pickle.dumps([1]) + pickle.dumps("b") + b"rest")
buffered = io.BufferedReader(two)
print(pickle.load(buffered), pickle.load(buffered), buffered.read())
for d in (b"c__builtin__\nxrange\n.", b"\x80\x03c__builtin__\nxrange\n."):
    t(lambda: pickle.loads(d)); t(lambda: pickle.loads(d, fix_imports=False))
t(lambda: pickle.loads(b"N.", buffers=1))
t(lambda: pickle.loads(b"\x97.", buffers=[]))
t(lambda: pickle.loads(b"\x97.", buffers=[b"abc"]))
t(lambda: bytes(pickle.loads(b"\x97\x98.", buffers=[bytearray(b"abc")])))
t(lambda: pickle.loads(b"\x97\x98.", buffers=[3]))
t(lambda: pickle.loads(b"\x97.", buffers=None))
t(lambda: pickle.loads("N."))
t(lambda: pickle.loads(b"N.", encoding=1))
t(lambda: pickle.loads(b"N.", encoding=None))
t(lambda: pickle.loads(b"N.", encoding="nono"))
t(lambda: pickle.loads(b"U\1a.", encoding="nono"))
t(lambda: pickle.loads(b"\x95\1\0\0\0\0\0\0\0K\x01."))
t(lambda: pickle.loads(b"\x95\0\0\0\0\0\0\0\0\x95\0\0\0\0\0\0\0\0N."))
t(lambda: Unpickler(io.BytesIO()).find_class("sys", 1))
t(lambda: Unpickler(io.BytesIO()).find_class(1, "a"))
t(lambda: Unpickler(io.BytesIO()).persistent_load(1))
for memo in ({"a": 1}, 1, {-1: 1}):
    t(lambda: setattr(Unpickler(io.BytesIO()), "memo", memo))
t(lambda: setattr(Unpickler(io.BytesIO()), "x", 1))
u = Unpickler(io.BytesIO(b"Nq\x05.")); u.load(); print(u.memo.copy(), u.memo.__reduce__())
t(lambda: u.load())
for x in (b"F1_0\n.", b"F 1.0\n.", b"F1e400\n.", b"Fnan\n.", b"Finf\n.", b"F1.5 \n.", b"I0x10\n.", b"I+5\n.", b"I\n.", b"I5 5\n.", b"g-1\n.", b"g99999999999999999999\n.",
          b"Np99999999999999999999\n.", b"S'a\\n\\x41'\n.", b"S'\\x4'\n.", b"S'a' \n.", b"S 'a'\n."):
    t(lambda: pickle.loads(x))


class L(list):
    def append(self, x): print("append", x); list.append(self, x)
    def extend(self, x): print("extend", x); list.extend(self, x)
class A:
    def append(self, x): print("append", x)
    def __setitem__(self, k, v): print("set", k, v)
    def add(self, x): print("add", x)
print(pickle.loads(b"c__main__\nL\n)\x81(K\x01K\x02e.")); print(pickle.loads(b"c__main__\nL\n)\x81K\x01a."))
for rest in (b"(K\x01K\x02e.", b"K\x01a.", b"(K\x01K\x02u.", b"(K\x01K\x02\x90."):
    pickle.loads(b"c__main__\nA\n)\x81" + rest)
class S:
    def __setstate__(self, st): print("setstate", st)
pickle.loads(b"c__main__\nS\n)\x81Nb.")
class G:
    def __getinitargs__(self): return ()
    def __init__(self, *a): print("init", a)
pickle.loads(b"(i__main__\nG\n."); pickle.loads(b"(i__main__\nA\n."); pickle.loads(b"(c__main__\nG\nK\1o.")
class D: pass
print(pickle.loads(b"c__main__\nD\n)\x81}(X\1\0\0\0aK\1K\2K\3ub.").__dict__)
print(pickle.loads(b"c__main__\nD\n)\x81}(X\1\0\0\0aK\1X\1\0\0\0bK\3ub.").__dict__)
class E:
    __slots__ = ("a",)
print(pickle.loads(b"c__main__\nE\n)\x81N}X\1\0\0\0aK\1s\x86b.").a)
t(lambda: pickle.loads(b"c__main__\nE\n)\x81}X\1\0\0\0aK\1sb."))
t(lambda: pickle.loads(b"c__main__\nE\n)\x81N}X\1\0\0\0bK\1s\x86b."))
class P:
    @property
    def x(self): return self.__dict__["x"] + 1
    @x.setter
    def x(self, value): raise AttributeError("not through the property")
print(pickle.loads(b"c__main__\nP\n)\x81}X\1\0\0\0xK\1sb.").x)
class U2(Unpickler):
    def persistent_load(self, p): return ("p", p)
    def find_class(self, m, n): return (m, n)
print(U2(io.BytesIO(b"(Pab\nK\1Qca\nb\nt.")).load())
copyreg.add_extension("__main__", "D", 7); print(pickle.loads(b"\x82\7."), copyreg._extension_cache)
class Reenter:
    def __reduce__(self):
        t(lambda: p.dump(1)); t(lambda: p.__init__(io.BytesIO()))
        return list, ()
p = pickle.Pickler(io.BytesIO()); p.dump(Reenter())
