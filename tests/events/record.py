"""Runs a program and writes down every event of one kind: `record.py KIND LIMIT OUT PROGRAM`.

KIND is trace (with opcode events), profile or monitoring. Recording ends, and the process with it, after LIMIT events. Events of
the import system are left out: it is Python code here and native there.
"""

import os
import sys

# CPython has these from the start, minipy when they are needed.
import codecs, encodings.aliases, encodings.ascii, encodings.utf_8, linecache, time, zipimport

# It looks at the folders above the executable and at the installation, of which minipy has none.
sys.prefix = sys.base_prefix = sys.exec_prefix = sys.base_exec_prefix = "/usr"
import sysconfig

# minipy needs no search function for this one.
codecs.lookup("ascii")

kind, limit, out, program = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
lines = []
names = {}
E = sys.monitoring.events
CALLS = ("CALL", "C_RETURN", "C_RAISE")


def hidden(code):
    """Frames of the import system, of the coders that text files use, and of this file."""
    path = code.co_filename
    if path.startswith(("<frozen importlib", "<frozen zipimport")) or path == __file__:
        return True
    return path.endswith(("codecs.py", "encodings/ascii.py")) and code.co_qualname.startswith(("IncrementalEncoder", "IncrementalDecoder", "BufferedIncrementalDecoder"))


def native_import(value):
    """Whether it is a function of the import system, native in minipy and Python code in CPython."""
    return getattr(value, "__name__", None) in ("_gcd_import", "_handle_fromlist", "_find_spec", "_exec")


def name(code):
    found = names.get(code)
    if found is None:
        path = code.co_filename
        if not path.startswith("<"):
            path = os.path.basename(path)
        found = names[code] = f"{path}:{code.co_qualname}"
    return found


def describe(value):
    if isinstance(value, tuple) and len(value) == 3 and isinstance(value[1], BaseException):
        value = value[1]
    if value is sys.monitoring.MISSING:
        return "MISSING"
    # Methods that take their defining class have a type of their own there.
    text = type(value).__name__.replace("builtin_method", "builtin_function_or_method")
    if text in ("builtin_function_or_method", "method_descriptor", "function", "type"):
        text += " " + value.__qualname__
    return text


def finish():
    sys.settrace(None)
    sys.setprofile(None)
    sys.monitoring.set_events(3, 0) if sys.monitoring.get_tool(3) else None
    with open(out, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write("\n".join(lines) + "\n")
    os._exit(0)


def add(line):
    lines.append(line)
    if len(lines) >= limit:
        finish()


def trace(frame, event, arg):
    if hidden(frame.f_code):
        return None
    frame.f_trace_opcodes = True
    add(f"{event} {name(frame.f_code)} {frame.f_lineno} {frame.f_lasti} {describe(arg)}")
    return trace


def profile(frame, event, arg):
    if not hidden(frame.f_code) and not native_import(arg):
        add(f"{event} {name(frame.f_code)} {frame.f_lineno} {frame.f_lasti} {describe(arg)}")


def monitor():
    sys.monitoring.use_tool_id(3, "record")
    wanted = 0
    for event in dir(E):
        if event.startswith("_") or event in ("NO_EVENTS", "BRANCH"):
            continue

        def callback(code, *args, event=event):
            if not hidden(code) and not (event in CALLS and native_import(args[1])):
                # The offsets and the line; what is passed may be another number in every process.
                known = 1 if event in CALLS else 2
                values = (str(arg) if type(arg) is int and i < known else describe(arg) for i, arg in enumerate(args))
                add(f"{event} {name(code)} {' '.join(values)}")

        sys.monitoring.register_callback(3, getattr(E, event), callback)
        if not event.startswith("C_"):
            wanted |= getattr(E, event)
    sys.monitoring.set_events(3, wanted)


def main():
    sys.argv[:] = [program]
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    module = type(sys)("__main__")
    module.__file__ = program
    sys.modules["__main__"] = module
    with open(program, "rb") as file:
        code = compile(file.read(), program, "exec")
    sys.stdout = open(os.devnull, "w")
    if kind == "trace":
        sys.settrace(trace)
    elif kind == "profile":
        sys.setprofile(profile)
    else:
        monitor()
    try:
        exec(code, module.__dict__)
    except BaseException:
        pass
    finish()


main()
