"""Circular imports, failing imports and what is left behind."""

import os
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True


def attempt(statement):
    try:
        exec(statement, {})
        print(statement, "-> fine")
    except BaseException as error:
        print(statement, "->", type(error).__name__, str(error).replace(folder, "<dir>"))
        if error.__traceback__.tb_next:
            for frame in traceback.extract_tb(error.__traceback__)[1:]:
                if frame.filename.startswith("<frozen importlib"):
                    # The import system's own frames: a native one has none.
                    continue
                print("   ", frame.filename.replace(folder, "<dir>"), frame.lineno, frame.name)


files = {
    "left.py": "import right\nname = 1\n",
    "right.py": "import left\nprint('left has', hasattr(left, 'name'))\nfrom left import name\n",
    "early.py": "import late\n",
    "late.py": "import early\nearly.missing\n",
    "broken.py": "before = 1\n1 / 0\n",
    "syntax.py": "x = (\n",
    "user.py": "import broken\n",
    "swap.py": "import sys\nsys.modules[__name__] = 'something else'\n",
    "gone.py": "import sys\ndel sys.modules[__name__]\n",
    "dynamic.py": "def __getattr__(name):\n    if name.startswith('_'): raise AttributeError(name)\n    return name.upper()\n",
    "tree/__init__.py": "from . import branch\n",
    "tree/branch.py": "from . import leaf\nimport tree.leaf as again\nprint(again is leaf)\n",
    "tree/leaf.py": "import tree\ntry:\n    tree.branch\nexcept AttributeError as error:\n    print(str(error).partition('from')[0])\n",
    "bad/__init__.py": "import bad.inner\n",
    "bad/inner.py": "raise KeyError('inner')\n",
    "star/__init__.py": "__all__ = ['a', 'nope']\na = 1\n",
    "odd/__init__.py": "__all__ = [1]\n",
}

with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    for statement in [
        "import left",
        "import early",
        "import broken",
        "import user",
        "import syntax",
        "import absent",
        "import absent.inner",
        "from left import other",
        "from dynamic import anything, _hidden",
        "import swap; print(swap)",
        "import gone",
        "import tree.leaf",
        "import bad",
        "import bad.inner",
        "from star import *",
        "from odd import *",
        "from tree import absent",
        "import os.path.join",
        "from . import x",
        "import sys; sys.modules['blocked'] = None; import blocked",
        "import sys; sys.meta_path, kept = [], sys.meta_path\ntry: import absent\nfinally: sys.meta_path = kept",
    ]:
        attempt(statement)
    print(sorted(name for name in sys.modules if name.split(".")[0] + ".py" in files or name.split(".")[0] + "/__init__.py" in files))
