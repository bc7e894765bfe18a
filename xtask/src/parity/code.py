# For each file named in sys.argv[1], and each optimisation level: a checksum for every code object, outermost first; or with
# --full every field of every code object. One line per file.
import struct, sys, types, warnings, zlib

def constant(value):
    kind = type(value)
    if kind is bool or value is None or value is ...:
        return repr(value)
    if kind is int:
        return f"int {value:x}"
    if kind is float:
        return "float " + struct.pack(">d", value).hex()
    if kind is complex:
        return "complex " + struct.pack(">dd", value.real, value.imag).hex()
    if kind is str:
        return "str " + value.encode("utf-8", "surrogatepass").hex()
    if kind is bytes:
        return "bytes " + value.hex()
    if kind is tuple:
        return "(" + ", ".join(map(constant, value)) + ")"
    if kind is frozenset:
        return "{" + ", ".join(sorted(map(constant, value))) + "}"
    if kind is slice:
        return "slice " + constant((value.start, value.stop, value.step))
    return f"code {value.co_qualname}"

def fields(code):
    names = lambda items: " ".join(items).encode("utf-8", "surrogatepass").hex()
    yield "qualname", names([code.co_qualname])
    yield "name", names([code.co_name])
    yield "firstlineno", code.co_firstlineno
    yield "argcounts", (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
    yield "flags", hex(code.co_flags)
    yield "consts", constant(code.co_consts)
    yield "names", names(code.co_names)
    yield "varnames", names(code.co_varnames)
    yield "cellvars", names(code.co_cellvars)
    yield "freevars", names(code.co_freevars)
    yield "nlocals", code.co_nlocals
    yield "code", code.co_code.hex()
    yield "stacksize", code.co_stacksize
    yield "linetable", code.co_linetable.hex()
    yield "exceptiontable", code.co_exceptiontable.hex()

def walk(code):
    yield code
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield from walk(value)

warnings.simplefilter("ignore")
sys.setrecursionlimit(100000)
for name in open(sys.argv[1], encoding="utf-8").read().split("\n"):
    source = open(name, "rb").read()
    levels = []
    for optimize in range(3):
        try:
            code = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
        except SyntaxError as e:
            levels = [f"error {e.msg} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"]
            break
        except Exception as e:
            levels = [f"error {type(e).__name__} {e}"]
            break
        texts = ["\t".join(f"{field}={value}" for field, value in fields(each)) for each in walk(code)]
        if "--full" not in sys.argv:
            texts = [f"{zlib.crc32(text.encode()):x}" for text in texts]
        levels.append("|".join(texts))
    print(";".join(levels))
