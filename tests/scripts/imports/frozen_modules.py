# The modules that are frozen into the interpreter, how they show themselves, and where their source is found.
import _imp
import importlib
import importlib.util
import inspect
import linecache
import os
import subprocess
import sys
import traceback
import warnings

print(_imp._frozen_module_names())
for name in ["os", "abc", "runpy", "importlib.util", "zipimport", "json", "importlib"]:
    spec = importlib.util.find_spec(name)
    state = spec.loader_state
    print(name, _imp.is_frozen(name), spec.origin == "frozen", spec.has_location, spec.cached is None)
    if state is not None:
        print("  ", state.origname, os.path.relpath(state.filename, sys._stdlib_dir))
print(os.__spec__, os.__loader__, hasattr(os, "__cached__"), os.path.basename(os.__file__))
print(os.makedirs.__code__.co_filename, importlib.util.find_spec.__code__.co_filename)

try:
    os.makedirs("/proc/no/such")
except OSError:
    print(traceback.format_exc())
print(inspect.getsource(os.makedirs).splitlines()[0])
print(inspect.getfile(os.makedirs), inspect.getsourcefile(os.makedirs), inspect.getmodule(os.makedirs).__name__)
print(inspect.getsource(os._Environ).splitlines()[0])
print(linecache.getline("<frozen abc>", 1, sys.modules["abc"].__dict__))


def run(*args):
    program = "import os, _imp; print(os.__spec__.origin == 'frozen', _imp.is_frozen('abc'), os.__doc__ is None)"
    print(args, subprocess.run([sys.executable, *args, "-c", program], capture_output=True, text=True).stdout)


run()
run("-X", "frozen_modules")
run("-X", "frozen_modules=on")
run("-X", "frozen_modules=off")
run("-OO")
