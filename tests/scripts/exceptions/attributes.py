try:
    import no_such_module_here
except ImportError as e:
    print(type(e).__name__, e, e.name, e.path)
try:
    from os import no_such_name
except ImportError as e:
    print(type(e).__name__, e.name, e.name_from, str(e).split(" (")[0])
try:
    undefined
except NameError as e:
    print(e, e.name)
try:
    "".nope
except AttributeError as e:
    print(e, e.name, repr(e.obj))
try:
    open("/no/such/file")
except OSError as e:
    print(type(e).__name__, e.errno, e.strerror, e.filename, e, repr(e))
print(repr(OSError(2, "text")), OSError(2, "text"), OSError(2, "text", "file"), OSError("only"), OSError(2, "t", "a", None, "b"))
for code in (1, 2, 4, 11, 13, 17, 20, 21, 32, 104, 110, 111, 9999):
    print(code, type(OSError(code, "m")).__name__, end="; ")
print()
try:
    b"\xff".decode()
except UnicodeDecodeError as e:
    print(e.encoding, e.object, e.start, e.end, e.reason, "|", e)
try:
    "\u20ac".encode("latin-1")
except UnicodeEncodeError as e:
    print(e.encoding, e.object, e.start, e.end, e.reason, "|", e)
try:
    next(iter(()))
except StopIteration as e:
    print(e.value)
def g():
    return 5
    yield
try:
    next(g())
except StopIteration as e:
    print(e.value, e.args)
try:
    compile("a b", "f.py", "exec")
except SyntaxError as e:
    print(e.msg, e.filename, e.lineno, e.offset, e.end_lineno, e.end_offset, repr(e.text), e.args)
try:
    raise SystemExit(3)
except SystemExit as e:
    print(e.code)
x = ValueError()
x.custom = 1
print(vars(x), x.__traceback__, x.with_traceback(None) is x)
try:
    x.__traceback__ = 1
except TypeError as e:
    print(e)
print(repr(BlockingIOError(11, "m", 5).characters_written), FileNotFoundError(2, "x").errno)
