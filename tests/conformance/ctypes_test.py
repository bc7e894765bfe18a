"""CPython's test library `_ctypes_test` for an interpreter without CPython's C API.

Its C functions are what the tests of ctypes load and call. The few Python functions that it has are called here through ctypes,
too, with a C API of our own (`capi.c`).
"""

import ctypes
import os
import sys
import types
from ctypes import CFUNCTYPE, c_char_p, c_int, c_long, c_longlong, c_ssize_t, c_uint, c_ulonglong, c_void_p, py_object

METH_NOARGS = 4
METH_O = 8


class ModuleDef(ctypes.Structure):
    _fields_ = [
        ("base", c_void_p * 5),
        ("name", c_char_p),
        ("doc", c_char_p),
        ("size", c_ssize_t),
        ("methods", c_void_p),
    ]


class MethodDef(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("function", c_void_p), ("flags", c_int), ("doc", c_char_p)]


def release(word):
    import _ctypes

    _ctypes.Py_DECREF(_ctypes.PyObj_FromPtr(word))


def append(target, item):
    target.append(item)
    return 0


def compare(text, other):
    other = other.decode()
    return (text > other) - (text < other)


HOOKS = {
    "PyLong_FromLong": CFUNCTYPE(py_object, c_long)(lambda n: n),
    "PyLong_FromLongLong": CFUNCTYPE(py_object, c_longlong)(lambda n: n),
    "PyLong_FromUnsignedLongLong": CFUNCTYPE(py_object, c_ulonglong)(lambda n: n),
    "PyUnicode_FromString": CFUNCTYPE(py_object, c_char_p)(lambda text: text.decode()),
    "PyBytes_FromStringAndSize": CFUNCTYPE(py_object, c_void_p, c_ssize_t)(ctypes.string_at),
    "PyList_New": CFUNCTYPE(py_object, c_ssize_t)(lambda size: [None] * size),
    "PyList_Append": CFUNCTYPE(c_int, py_object, py_object)(append),
    "_Py_DecRef": CFUNCTYPE(None, c_void_p)(release),
    "Py_GetConstantBorrowed": CFUNCTYPE(c_void_p, c_uint)(lambda which: id(None)),
    "PyUnicode_CompareWithASCIIString": CFUNCTYPE(c_int, py_object, c_char_p)(compare),
    "PyErr_SetString": CFUNCTYPE(None, c_void_p, c_char_p)(lambda kind, message: None),
}


def install(capi):
    """Makes `_ctypes_test` importable; `capi` is the library made of `capi.c`."""
    library = os.path.join(os.path.dirname(ctypes.__file__), "../lib-dynload")
    names = [name for name in os.listdir(library) if name.startswith("_ctypes_test.")]
    path = os.path.realpath(os.path.join(library, names[0]))
    symbols = ctypes.CDLL(capi, mode=ctypes.RTLD_GLOBAL)
    for name, function in HOOKS.items():
        c_void_p.in_dll(symbols, "hook_" + name).value = ctypes.cast(function, c_void_p).value

    def load(name):
        # Only now, for a test that looks at what is loaded.
        if not hasattr(functions, name):
            functions.__dict__.update(functions_of(path))
        return getattr(functions, name)

    functions = types.SimpleNamespace()
    module = types.ModuleType("_ctypes_test")
    module.__file__ = path
    module.__getattr__ = load
    sys.modules["_ctypes_test"] = module


def functions_of(path):
    """The Python functions of an extension module that take at most one argument."""
    init = ctypes.CDLL(path).PyInit__ctypes_test
    init.restype = ctypes.POINTER(ModuleDef)
    methods = ctypes.cast(init().contents.methods, ctypes.POINTER(MethodDef))
    functions = {}
    at = 0
    while methods[at].name:
        method = methods[at]
        if method.flags == METH_NOARGS:
            function = CFUNCTYPE(py_object, c_void_p, c_void_p)(method.function)
            functions[method.name.decode()] = lambda function=function: function(None, None)
        elif method.flags == METH_O:
            function = CFUNCTYPE(py_object, c_void_p, py_object)(method.function)
            functions[method.name.decode()] = lambda arg, function=function: function(None, arg)
        at += 1
    return functions
