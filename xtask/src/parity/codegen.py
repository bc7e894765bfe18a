# For each file named in sys.argv[1]: the checksum of the instruction sequences that code generation makes of it, or with --full
# the instructions themselves, on one line.
import ast, opcode, os, sys, zlib
import _testinternalcapi as internal

names = {number: name for name, number in opcode.opmap.items()}
names.update({number: name for name, number in getattr(opcode, "_pseudo_ops", {}).items()})
from _opcode_metadata import opmap
names.update({number: name for name, number in opmap.items()})

def text(sequence, out):
    for nested in sequence.get_nested():
        text(nested, out)
    for op, arg, *location in sequence.get_instructions():
        arg = "" if arg is None else arg
        out.append(f"{names[op]} {arg} {location[0]}-{location[1]}:{location[2]}-{location[3]}")
    out.append("END")

def answer(name):
    try:
        tree = ast.parse(open(name, "rb").read())
        sequence, _ = internal.compiler_codegen(tree, name, 0)
    except SyntaxError as e:
        return f"error {e.msg} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"
    except Exception as e:
        return f"error {type(e).__name__} {e}"
    out = []
    text(sequence, out)
    line = "|".join(out)
    return line if "--full" in sys.argv else f"ok {zlib.crc32(line.encode())}"

sys.setrecursionlimit(100000)
for name in open(sys.argv[1], encoding="utf-8").read().split("\n"):
    # Freeing such sequences can crash: a process for each.
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        line = answer(name)
        os.write(1, (line + "\n").encode())
        os._exit(0)
    os.waitpid(child, 0)
