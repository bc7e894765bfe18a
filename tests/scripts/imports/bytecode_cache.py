"""The cache of compiled modules: where it lies, what makes it stale, and what switches it off."""

import importlib
import importlib.util
import marshal
import os
import py_compile
import stat
import sys
import tempfile

sys.dont_write_bytecode = False
TAG = sys.implementation.cache_tag


def short(path):
    path = os.path.relpath(path, folder).replace(TAG, "TAG")
    return path.replace(folder.lstrip("/"), "<dir>")


def files():
    found = []
    for base, _, names in os.walk(folder):
        found += [short(os.path.join(base, name)) for name in names]
    return sorted(found)


def load(name="module"):
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
    except Exception as error:
        print(type(error).__name__, str(error).replace(folder, "<dir>").replace(TAG, "TAG"))
        return
    cached = getattr(module, "__cached__", None)
    print(module.value, cached and short(cached), files())


def write(text, path="module.py", time=1_000_000_000):
    with open(os.path.join(folder, path), "w") as file:
        file.write(text)
    os.utime(os.path.join(folder, path), (time, time))


with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    sys.path.insert(0, folder)
    write("value = 1\n")
    os.chmod(os.path.join(folder, "module.py"), 0o640)
    load()
    cached = importlib.util.cache_from_source(os.path.join(folder, "module.py"))
    print(oct(stat.S_IMODE(os.stat(cached).st_mode)))
    with open(cached, "rb") as file:
        data = file.read()
    print(data[:16].hex(), marshal.loads(data[16:]).co_filename == os.path.join(folder, "module.py"))
    # As long and as old as before: the cache counts.
    write("value = 2\n")
    load()
    write("value = 33\n")
    load()
    write("value = 44\n", time=1_000_000_001)
    load()
    for damage in [data[:10], b"\0\0\0\0" + data[4:], data[:4] + b"\x08\0\0\0" + data[8:], data[:20], data[:16] + b"\xff"]:
        with open(cached, "wb") as file:
            file.write(damage[:8] + data[8:16] + damage[16:] if len(damage) > 16 else damage)
        write("value = 1\n")
        load()
    os.remove(cached)
    for mode in py_compile.PycInvalidationMode:
        write("value = 5\n")
        py_compile.compile(os.path.join(folder, "module.py"), invalidation_mode=mode)
        write("value = 6\n", time=1_000_000_002)
        load()
    os.remove(cached)
    sys.dont_write_bytecode = True
    write("value = 7\n")
    load()
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.path.join(folder, "prefix")
    load()
    print(importlib.util.source_from_cache(importlib.util.cache_from_source("/a/b.py")))
    sys.pycache_prefix = None
    tag, sys.implementation.cache_tag = TAG, None
    load()
    sys.implementation.cache_tag = tag
    os.rmdir(os.path.join(folder, "__pycache__"))
    with open(os.path.join(folder, "__pycache__"), "w") as file:
        file.write("in the way")
    load()
    os.remove(os.path.join(folder, "__pycache__"))
    py_compile.compile(os.path.join(folder, "module.py"), cfile=os.path.join(folder, "bare.pyc"))
    load("bare")
    with open(os.path.join(folder, "bare.pyc"), "r+b") as file:
        file.write(b"nope")
    load("bare")
    for path, optimization in [("/a/b.py", 2), ("b", None), ("/a/.hidden.py", ""), ("/a/b.c.py", "x1")]:
        print(importlib.util.cache_from_source(path, optimization=optimization).replace(TAG, "TAG"))
