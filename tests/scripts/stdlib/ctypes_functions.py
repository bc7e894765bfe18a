"""Calling C: arguments, results, callbacks on all kinds of threads, errno, libraries, audit events."""

import _ctypes
import errno
import sys
import threading
from ctypes import *

libc = CDLL(None, use_errno=True)
libm = CDLL("libm.so.6")


def show(source):
    try:
        print(source, "->", repr(eval(source)))
    except Exception as error:
        print(source, "!!", type(error).__name__, str(error).split(": undefined")[-1])


strlen = libc.strlen
strlen.argtypes = [c_char_p]
pow_ = libm.pow
pow_.argtypes, pow_.restype = (c_double, c_double), c_double
for source in [
    "libc.abs(-5)", "strlen(b'abc')", "strlen()", "strlen(5)", "strlen(b'a', 3)", "pow_(2, 10)", "pow_(2)", "pow_('a', 1)",
    "libc.nope", "libc.abs(1.5)", "libc.abs([])", "libc.abs(1 << 80)", "setattr(strlen, 'argtypes', 5)",
    "setattr(strlen, 'argtypes', (int,))", "setattr(strlen, 'restype', 5)", "setattr(strlen, 'errcheck', 5)",
    "strlen.argtypes, strlen.restype, strlen.errcheck", "libc.wcslen('abc')", "CFUNCTYPE(c_int)(5, 6)", "CFUNCTYPE(Structure)",
    "CFUNCTYPE(POINTER(c_int))(print)", "c_void_p.from_param(1.5)", "c_char_p.from_param('abc')", "c_int.from_param(3)",
    "c_char.from_param(b'a'), c_double.from_param(3)", "c_int.in_dll(libc, 'nope_nope')", "CDLL('no such library')",
    "_ctypes.dlsym(5)", "_ctypes.call_function(1)", "_ctypes.call_function('a', ())", "libc.abs(*range(1025))",
    "CFUNCTYPE(c_int, *[c_int] * 1025)",
]:
    show(source)

strlen.restype = lambda n: n + 1
strlen.errcheck = lambda result, function, args: (result, function is strlen, args)
print(strlen(b"abc"))
frexp = CFUNCTYPE(c_double, c_double, POINTER(c_int))(("frexp", libm), ((1, "x"), (2, "exponent")))
print(frexp(8.0), frexp(x=16.0))
show("frexp()")
show("frexp(1, 2)")


class Div(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]


libc.div.restype = Div
result = libc.div(17, 5)
print(result.quot, result.rem)

libc.close(-1)
print(errno.errorcode[get_errno()], set_errno(0), get_errno())

COMPARE = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
numbers = (c_int * 6)(5, 3, 9, 1, 8, 2)
libc.qsort(numbers, len(numbers), sizeof(c_int), COMPARE(lambda a, b: a[0] - b[0]))
print(numbers[:])


def unraisable(info):
    print("unraisable:", type(info.exc_value).__name__, info.exc_value, "|", info.err_msg.split(" <")[0])


sys.unraisablehook = unraisable
CFUNCTYPE(None, c_int)(lambda n: 1 / 0)(4)
CFUNCTYPE(c_int, c_int)(lambda n: "a")(4)
print(CFUNCTYPE(py_object, py_object)(lambda x: [x])(4), CFUNCTYPE(c_char_p)(lambda: b"abc")())
print(CFUNCTYPE(c_short, c_byte, c_longlong, c_float)(lambda a, b, c: a + b + int(c))(-1, 5, 2.5))
print(CFUNCTYPE(c_int, Div)(lambda d: d.quot * 10 + d.rem)(Div(3, 4)))


def factorial(n):
    return 1 if n == 0 else n * called(n - 1)


called = CFUNCTYPE(c_long, c_long)(factorial)
print(called(15))

START = CFUNCTYPE(c_void_p, c_void_p)
threads = []


def start(argument):
    threads.append((argument, threading.current_thread() is threading.main_thread()))
    return argument


entry = START(start)
identity = c_ulong()
for number in range(1, 4):
    libc.pthread_create(byref(identity), None, entry, c_void_p(number))
    returned = c_void_p()
    libc.pthread_join(identity, byref(returned))
    threads.append(returned.value)
print(threads)


class Endless:
    @property
    def _as_parameter_(self):
        return self


for function in (lambda: c_int.from_param(Endless()), lambda: c_void_p.from_param(Endless())):
    try:
        function()
    except RecursionError:
        print("RecursionError")

three = c_int(3)
listening = True
sys.addaudithook(
    lambda event, args: listening and event.startswith("ctypes") and print(event, [type(arg).__name__ for arg in args])
)
for source in [
    "CDLL(None).strlen and 0", "c_int.in_dll(CDLL(None), 'environ') and 0", "c_int.from_address(addressof(three))",
    "c_int.from_buffer(bytearray(8), 4)", "c_int.from_buffer_copy(b'abcdefgh', 2)", "string_at(b'abc')", "wstring_at('abc', 2)",
    "memoryview_at(b'abc', 2).nbytes", "get_errno()", "set_errno(4)", "_ctypes.dlsym(CDLL(None)._handle, 'strlen') and 0",
    "_ctypes.PyObj_FromPtr(id(c_int))", "_ctypes.call_function(_ctypes.dlsym(CDLL(None)._handle, 'abs'), (-3,))",
    "create_string_buffer(3).raw", "cast(5, c_void_p)", "CFUNCTYPE(c_int)(lambda: 1)()",
]:
    show(source)
listening = False
