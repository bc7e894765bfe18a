"""Simple types, arrays and pointers: values, memory, formats, errors."""

import _ctypes
import ctypes
import pickle
from ctypes import *


def show(source):
    try:
        print(source, "->", repr(eval(source)))
    except Exception as error:
        print(source, "!!", type(error).__name__, error)


for name in """c_byte c_ubyte c_char c_wchar c_short c_ushort c_int c_uint c_long c_ulong c_longlong c_ulonglong c_float c_double
        c_longdouble c_bool c_char_p c_wchar_p c_void_p py_object c_double_complex c_float_complex c_longdouble_complex""".split():
    cls = getattr(ctypes, name)
    print(name, cls._type_, sizeof(cls), alignment(cls), _ctypes.buffer_info(cls), sorted(cls.__dict__))

print("-- values")
for source in [
    "c_int('a')", "c_int(1.5)", "c_int(None)", "c_int(1, 2)", "c_int(2**70 + 5)", "c_char(300)", "c_char('a')", "c_char(b'ab')",
    "c_char(65)", "c_char(bytearray(b'x'))", "c_wchar('ab')", "c_wchar(b'a')", "c_char_p('a')", "c_wchar_p(b'a')",
    "c_void_p('a')", "c_void_p(-1)", "c_float('a')", "c_float(10**400)", "c_longdouble(1.5)", "c_longdouble(5e-324).value",
    "c_bool('a')", "c_short(70000)", "c_ubyte(-1)", "c_double_complex('a')", "c_float_complex(1 + 2j)",
    "c_longdouble_complex(3 - 2j)", "py_object()", "py_object().value", "py_object([1]).value", "c_char_p(b'x')._objects",
    "c_char_p(b'abc').value", "c_wchar_p('a\\u20ac\\U0001f600').value", "c_int.__ctype_be__(5).value",
    "bytes(c_int.__ctype_be__(5))", "bytes(c_double.__ctype_be__(1.5))", "hash(c_int(1))", "c_int(1) == c_int(1)",
    "bool(c_double(0)), bool(c_char(b'a'))", "_ctypes._SimpleCData()", "pickle.loads(pickle.dumps(c_int(7)))",
    "c_char_p(b'a').__reduce__()", "_ctypes._unpickle(c_int, (1, 2))",
]:
    show(source)

print("-- arrays")
ints = (c_int * 3)(1, 2, 3)
chars = (c_char * 3)(*b"abc")
wide = (c_wchar * 3)(*"abc")
for source in [
    "c_int * -1", "c_int * 'a'", "3 * c_int", "c_int * 2**62", "(c_int * 3)(1, 2, 3, 4)", "ints[:]", "ints[5]", "ints['a']",
    "ints[::-2]", "chars.value, chars.raw, chars[:2], chars[::-1]", "wide.value, wide[1:]", "list(ints), 3 in ints, len(ints)",
    "ints.__setitem__(slice(0, 2), [1])", "ints.__setitem__(slice(0, 2), [8, 9]), ints[:]", "ints.__delitem__(0)",
    "setattr(chars, 'value', b'abcd')", "setattr(chars, 'value', 'a')", "setattr(chars, 'raw', 5)", "setattr(wide, 'value', 'abcd')",
    "(c_char_p * 2)(b'a', b'b')._objects", "memoryview((c_int * 2 * 3)()).shape", "memoryview(ints).format", "bytes(ints)",
    "(c_int * 3).from_buffer_copy(b'abc')", "(c_int * 2).from_buffer_copy(bytes(range(9)), 1)[:]",
    "c_int.from_buffer(b'abcd')", "c_int.from_buffer(bytearray(4), -1)", "type('A', (Array,), {'_length_': 3})",
    "type('A', (Array,), {'_length_': -1, '_type_': c_int})", "type('A', (Array,), {'_length_': 1, '_type_': int})",
    "(c_int * 3) is (c_int * 3)", "Array[int]",
]:
    show(source)

print("-- pointers")
p = pointer(c_int(5))
for source in [
    "p.contents", "p[0]", "p['a']", "p[:]", "p[0:1]", "p[::-1]", "bool(POINTER(c_int)())", "POINTER(c_int)().contents",
    "POINTER(c_int)()[0]", "POINTER(c_int)(5)", "POINTER(c_int)(1, 2)", "p._objects", "POINTER(c_int) is c_int.__pointer_type__",
    "POINTER(int)", "POINTER(None)", "POINTER(c_int).from_param(3)", "POINTER(c_int).from_param(byref(c_short()))",
    "POINTER(c_int).from_param(None)", "_ctypes.buffer_info(POINTER(POINTER(c_int)))", "_ctypes.buffer_info(POINTER(c_int * 2) * 3)",
    "cast((c_int * 3)(1, 2, 3), POINTER(c_int))[2]", "cast(5, int)", "cast(5, c_char)", "cast(b'abc', c_char_p).value",
    "string_at(b'abc'), string_at(b'abc', 2), wstring_at('abc', 2)", "bytes(memoryview_at(b'abc', 2, True))",
    "memoryview_at(5, -1)", "sizeof(5)", "alignment(int)", "addressof(5)", "byref(5)", "resize(c_int(), 1)",
    "resize(c_int.from_buffer(bytearray(4)), 10)",
]:
    show(source)
p[0] = 7
p.contents.value += 1
print(p[0], p._objects)
chain = pointer(p)
print(chain.contents.contents, sorted(chain._objects))
