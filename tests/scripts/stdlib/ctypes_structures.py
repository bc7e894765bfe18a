"""Structures and unions: layout, bit fields, nesting, byte order, what keeps what alive, errors."""

import _ctypes
import gc
import weakref
from ctypes import *


def show(source):
    try:
        print(source, "->", repr(eval(source)))
    except Exception as error:
        print(source, "!!", type(error).__name__, error)


class S(Structure):
    _fields_ = [("a", c_int), ("b", c_char), ("c", c_char * 3), ("p", POINTER(c_int)), ("u", c_wchar)]


class U(Union):
    _fields_ = [("a", c_int), ("b", c_char)]


class B(Structure):
    _fields_ = [("a", c_int, 3), ("b", c_int, 5), ("c", c_ubyte)]


class Anonymous(Structure):
    _anonymous_ = ["u"]
    _fields_ = [("u", U), ("s", S)]


class Derived(S):
    _fields_ = [("z", c_short)]


class Big(BigEndianStructure):
    _fields_ = [("a", c_int), ("b", c_short, 3), ("c", c_short, 5)]


s = S(1, b"2", b"abc")
for source in [
    "sizeof(S), alignment(S), sizeof(U), sizeof(B), sizeof(Derived)", "S.a, S.c, B.b, Anonymous.u, Anonymous.a",
    "B.b.size, B.b.bit_size, B.b.bit_offset, B.b.is_bitfield, S.c.byte_offset", "_ctypes.buffer_info(S), _ctypes.buffer_info(U)",
    "s.a, s.b, s.c, bool(s.p), s.u", "S(1, a=2)", "S('x')", "S(1, 2, 3, 4, 5, 6, 7)", "S(1, x=5).__dict__", "U(5).b",
    "B(9, -1, 300).a, B(9, -1).b, B(9, -1, 300).c", "Anonymous(a=4).u.a", "Derived(1, z=3).z", "bytes(Big(1, 2, 3))",
    "setattr(s, 'a', 'x')", "delattr(s, 'a')", "setattr(s, 'b', b'xx')", "setattr(s, 'c', b'abcd')", "setattr(s, 'c', 'a')",
    "setattr(s, 'p', 5)", "setattr(s, 'p', c_int(5))", "setattr(s, 'p', (1, 2))", "setattr(S, '_fields_', [])", "S.a.__get__(5)",
    "s.__reduce__()", "B().__setstate__({}, 5)", "Structure()", "sizeof(Structure)", "S.from_param(5)", "S.from_buffer(bytearray(3))",
]:
    show(source)


def define(namespace, base=Structure):
    try:
        print(namespace, "->", sizeof(type(base)("X", (base,), namespace)))
    except Exception as error:
        print(namespace, "!!", type(error).__name__, error)


for fields in [5, [5], [("a",)], [("a", int)], [("a", c_int, 40)], [("a", c_int, 0)], [("a", c_int, "x")], [(5, c_int)], [(b"a", c_int)],
               [("a", c_float, 3)], [("a", c_char, 3)], [("a", c_int), ("a", c_short)], []]:
    define({"_fields_": fields})
for extra in [{"_pack_": "a"}, {"_pack_": -1}, {"_pack_": 1, "_layout_": "ms"}, {"_anonymous_": 5}, {"_anonymous_": ["b"]},
              {"_anonymous_": ["a"]}, {"_align_": -3}, {"_align_": 64}, {"_layout_": "z"}]:
    define({"_fields_": [("a", c_int)], **extra})


class Node(Structure):
    pass


show("setattr(Node, '_fields_', [('r', Node)])")


class Node(Structure):
    pass


Node._fields_ = [("next", POINTER(Node)), ("value", c_int), ("object", py_object)]
one, two = Node(value=1), Node(value=2)
one.next = pointer(two)
two.next = pointer(one)
print(one.next.contents.next.contents.value, sorted(one._objects))

pairs = (S * 2)()
pairs[1].p = pointer(c_int(6))
pairs[0] = (5, b"y")
print(pairs[1].p[0], pairs._objects, pairs[0].a, pairs[0]._b_base_ is pairs)


def cycle():
    class Local(Structure):
        _fields_ = [("object", py_object)]

    class Plain:
        pass

    local, plain = Local(), Plain()
    plain.local, local.object = local, plain
    POINTER(Local)
    return weakref.ref(Local), weakref.ref(plain)


refs = cycle()
gc.collect()
print([ref() for ref in refs])

field = _ctypes.CField(name="a", type=c_int, byte_size=4, byte_offset=0, index=0, _internal_use=True)
show("field.__get__(c_int(3)), field")
show("_ctypes.CField(name='a', type=c_int, byte_size=8, byte_offset=0, index=0, _internal_use=True)")
show("_ctypes.CField(name='a', type=c_int, byte_size=4, byte_offset=0, index=0, _internal_use=True, bit_size=3, bit_offset=40)")
