/* The few functions of CPython's C API that its test library `_ctypes_test` refers to: without them no program but CPython can load it.
   Each calls what `ctypes_test.py` has put into its variable. */

#include <stddef.h>

#define FUNCTION(result, name, parameters, arguments) \
    result(*hook_##name) parameters;                  \
    result name parameters { return hook_##name arguments; }

void *PyExc_TypeError;
void *PyExc_ValueError;

FUNCTION(void *, PyLong_FromLong, (long n), (n))
FUNCTION(void *, PyLong_FromLongLong, (long long n), (n))
FUNCTION(void *, PyLong_FromUnsignedLongLong, (unsigned long long n), (n))
FUNCTION(void *, PyUnicode_FromString, (const char *text), (text))
FUNCTION(void *, PyBytes_FromStringAndSize, (const char *data, ptrdiff_t size), (data, size))
FUNCTION(void *, PyList_New, (ptrdiff_t size), (size))
FUNCTION(int, PyList_Append, (void *list, void *item), (list, item))
FUNCTION(void, _Py_DecRef, (void *object), (object))
FUNCTION(void *, Py_GetConstantBorrowed, (unsigned which), (which))
FUNCTION(int, PyUnicode_CompareWithASCIIString, (void *text, const char *other), (text, other))
FUNCTION(void, PyErr_SetString, (void *class, const char *message), (class, message))

/* A module's definition is all that is wanted of it. */
void *PyModuleDef_Init(void *definition) { return definition; }

/* The only class that it asks about is that of an argument which has to be a str: Py_TPFLAGS_UNICODE_SUBCLASS. */
unsigned long PyType_GetFlags(void *class) { return 1UL << 28; }

/* Nothing that is tested gets here: argument parsing, errors with arguments. */
int PyArg_ParseTuple(void *arguments, const char *format, ...) { return 0; }
void *PyErr_Format(void *class, const char *format, ...) { return NULL; }
