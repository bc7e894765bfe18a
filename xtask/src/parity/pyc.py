"""Writes the pycs of source files, or runs pycs, for `parity pyc`.

usage: pyc.py write OUT < LIST    compile each file `PATH` of the library `LIB` (lines `LIB/PATH`) to OUT/PATHc
       pyc.py run OUT < LIST      run each OUT/PATHc as its module, in a process of its own

Prints a line per file: `PATH<tab>ok …` or `PATH<tab>error …`; of a module that was run, the names in its namespace.
"""

import importlib.machinery
import importlib.util
import marshal
import os
import py_compile
import signal
import sys
import warnings

LIMIT = 30


def write(lib, path, out):
    target = os.path.join(out, path + "c")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        py_compile.compile(os.path.join(lib, path), target, doraise=True)
    except py_compile.PyCompileError as error:
        return f"error {error.exc_type_name}"
    except OSError as error:
        return f"error {type(error).__name__}"
    return "ok"


def load(target):
    with open(target, "rb") as file:
        data = file.read()
    assert data[:4] == importlib.util.MAGIC_NUMBER
    return marshal.loads(data[16:])


def run(name, target, is_package):
    if "." in name:
        # With what it imports: the module runs once more, from its pyc.
        importlib.import_module(name.rpartition(".")[0])
    loader = importlib.machinery.SourcelessFileLoader(name, target)
    locations = [os.path.dirname(target)] if is_package else None
    spec = importlib.util.spec_from_file_location(
        name, target, loader=loader, submodule_search_locations=locations
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return " ".join(sorted(map(str, vars(sys.modules[name]))))


def in_child(work):
    """What `work` gives, or how it fails, computed in a child."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        try:
            answer = "ok " + work()
        except BaseException as error:
            answer = f"error {type(error).__name__}: {error}"
        os.write(writer, answer.replace("\n", " ").encode("utf-8", "backslashreplace"))
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        answer = file.read().decode()
    status = os.waitpid(child, 0)[1]
    if status:
        answer = f"error ended with {os.waitstatus_to_exitcode(status)}"
    return answer


def main():
    warnings.simplefilter("ignore")
    what, out = sys.argv[1:]
    for line in sys.stdin.read().splitlines():
        lib, path = line.split("\t")
        if what == "write":
            answer = write(lib, path, out)
        else:
            target = os.path.join(out, path + "c")
            parts = path.removesuffix(".py").split("/")
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            if not os.path.exists(target):
                answer = "absent"
            elif parts[-1] == "__main__" or parts[0] in {"test", "idlelib", "antigravity", "this", "turtledemo"}:
                # Modules that do something when they run: their code is only loaded.
                answer = in_child(lambda: load(target).co_name)
            else:
                answer = in_child(lambda: run(name, target, is_package))
        print(path, answer.replace(out, "OUT"), sep="\t", flush=True)


main()
