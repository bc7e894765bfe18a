import math
import os.path as osp
from math import sqrt as root, pi
from collections import *
import collections.abc, json.decoder
print(math.floor(2.5), osp.join("a", "b"), root(16), round(pi, 3), OrderedDict(a=1), collections.abc.Sized.__name__, json.decoder.JSONDecodeError.__name__, json.dumps([1]))
import sys
print("math" in sys.modules, sys.modules["math"] is math, __name__, __spec__, type(math).__name__, math.__name__, math.__doc__[:20], json.__name__, json.__package__, json.decoder.__package__)
def local():
    import string
    from string import digits as d
    return string.ascii_lowercase[:3], d
print(local(), "string" in globals())
for stmt in ("import nope", "from math import nope", "from nope import x", "import math.nope", "from json import nope", "from . import x", "from .. import y", "import json.nope", "from math import *"):
    try: exec(stmt); print(stmt, "ok")
    except ImportError as e: print(stmt, type(e).__name__, e.name, "|", str(e).split(" (")[0])
import types
m = types.ModuleType("made", "doc"); m.x = 5; m.__all__ = ["x"]; m.y = 6; sys.modules["made"] = m
import made; from made import x; ns = {}; exec("from made import *", ns)
print(made, x, made.__doc__, "y" in ns, "x" in ns, made.__dict__["y"])
try: made.z
except AttributeError as e: print(e)
m.__getattr__ = lambda n: f"dynamic {n}"; print(made.zzz, hasattr(made, "anything")); from made import whatever; print(whatever)
try: exec("from made import *", {}) ; m.__all__ = ["missing_thing"]; del m.__getattr__; exec("from made import *", {})
except AttributeError as e: print(e)
del sys.modules["made"]
try: import made
except ModuleNotFoundError as e: print(e)
sys.modules["blocked"] = None
try: import blocked
except ModuleNotFoundError as e: print(e)
import importlib; print(importlib.import_module("json.encoder").__name__, importlib.reload(importlib.import_module("keyword")).__name__, __import__("os.path").__name__, __import__("os.path", fromlist=["x"]).__name__)
print(importlib.util.find_spec("nope"), importlib.util.find_spec("json").name) if hasattr(importlib, "util") else None
