import sys, os, tempfile, textwrap
d = tempfile.mkdtemp()
def write(path, text):
    p = os.path.join(d, path); os.makedirs(os.path.dirname(p), exist_ok=True)
    with open(p, "w") as f: f.write(textwrap.dedent(text))
write("pkg/__init__.py", "print('init', __name__, __path__ is not None)\nfrom .a import A\n__all__ = ['a', 'sub']\nversion = 1\n")
write("pkg/a.py", "print('a', __name__, __package__)\nfrom . import b\nfrom .b import B as Bee\nA = 'A' + Bee\n")
write("pkg/b.py", "from .sub.deep import D\nB = 'B' + D\n")
write("pkg/sub/__init__.py", "print('sub init')\n")
write("pkg/sub/deep.py", "D = 'deep'\nfrom ..  import sub as parent_sub\n")
write("pkg/__main__.py", "print('main of pkg', __name__)\n")
write("broken.py", "x = 1\n1 / 0\n")
write("syn.py", "def f(:\n")
write("cyc1.py", "import cyc2\nval = 1\nprint('cyc1', cyc2.val)\n")
write("cyc2.py", "import cyc1\nval = 2\nprint('cyc2', hasattr(cyc1, 'val'))\n")
write("cyc3.py", "from cyc4 import y\nx = 1\n")
write("cyc4.py", "from cyc3 import x\ny = 2\n")
write("ns/mod.py", "print('namespace', __name__)\n")
write("getattr_mod.py", "def __getattr__(n):\n    if n == 'lazy': return 'computed'\n    raise AttributeError(n)\ndef __dir__(): return ['lazy']\n")
sys.path.insert(0, d); sys.dont_write_bytecode = True
import pkg; print(pkg.A, pkg.a.A, pkg.version, pkg.sub.deep.D, sorted(k for k in sys.modules if k.startswith("pkg")))
from pkg import *; print(a is pkg.a, sub is pkg.sub)
import pkg.sub.deep as deep; print(deep.D, deep.parent_sub is pkg.sub)
for name in ("broken", "syn"):
    try: __import__(name)
    except (ZeroDivisionError, SyntaxError) as e: print(name, type(e).__name__, name in sys.modules)
import cyc1
try: import cyc3
except ImportError as e: print(str(e).split(" (most")[0], "partially" in str(e))
import ns.mod; print(ns.__path__.__class__.__name__, ns.__file__ if hasattr(ns, "__file__") else "no file", ns.__spec__.origin)
import getattr_mod; print(getattr_mod.lazy, dir(getattr_mod))
try: getattr_mod.other
except AttributeError as e: print(e)
import runpy; print(sorted(k for k in runpy.run_module("pkg", run_name="__main__") if not k.startswith("_")))
print(os.path.basename(pkg.__file__), pkg.__spec__.submodule_search_locations == pkg.__path__, pkg.__cached__ is not None if hasattr(pkg, "__cached__") else None)
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "virtual":
            import importlib.machinery
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module): module.answer = 42
sys.meta_path.insert(0, Finder()); import virtual; print(virtual.answer, virtual.__spec__.name)
import shutil; shutil.rmtree(d)
