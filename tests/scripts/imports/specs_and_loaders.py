"""Specs, loaders and finders as programs meet them."""

import importlib.abc
import importlib.machinery as machinery
import importlib.util as util
import os
import sys
import tempfile
import types

sys.dont_write_bytecode = True


def show(action, *args, **kwargs):
    try:
        print(repr(action(*args, **kwargs)).replace(folder, "<dir>"))
    except Exception as error:
        fields = {k: v for k in ("name", "path") if (v := getattr(error, k, None)) is not None}
        print(type(error).__name__, str(error).replace(folder, "<dir>"), str(fields).replace(folder, "<dir>"))


with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    with open(os.path.join(folder, "plain.py"), "w") as file:
        file.write("value = 1\n")
    os.makedirs(os.path.join(folder, "pack", "space"))
    with open(os.path.join(folder, "pack", "__init__.py"), "w") as file:
        file.write("__all__ = ['one', 'two']\ntwo = 2\n")
    with open(os.path.join(folder, "pack", "one.py"), "w") as file:
        file.write("from . import two\nfrom .. import nothing\n")

    spec = util.find_spec("plain")
    print(spec.name, spec.origin == os.path.join(folder, "plain.py"), spec.has_location, spec.parent == "")
    print(type(spec.loader).__name__, spec.loader.name, spec.submodule_search_locations, spec.loader_state)
    print(spec == util.find_spec("plain"), spec != util.find_spec("pack"), spec == 1, list(vars(spec)))
    print(vars(spec.loader).keys(), spec.loader == util.find_spec("plain").loader)
    module = util.module_from_spec(spec)
    print(sorted(vars(module)), hasattr(module, "value"))
    spec.loader.exec_module(module)
    print(module.value, "plain" in sys.modules, spec.loader.get_source("plain"), spec.loader.is_package("plain"))
    show(spec.loader.get_filename, "other")
    show(spec.loader.get_data, os.path.join(folder, "absent"))
    show(util.find_spec, "pack.space")
    show(util.find_spec, "plain.sub")
    show(util.find_spec, "absent.sub")
    import pack.space
    print(len(pack.space.__path__), pack.space.__spec__.origin, type(pack.space.__path__).__name__)
    show(__import__, "pack", fromlist=["*"])
    show(__import__, "pack.absent")
    show(importlib.import_module, ".one", "pack")
    show(importlib.import_module, "..x", "pack")
    show(importlib.reload, types.ModuleType("stranger"))

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, fullname, path, target=None):
            print("asked for", fullname, path, target)
            if fullname.startswith("made"):
                return util.spec_from_loader(fullname, self, is_package=fullname == "made")

        def create_module(self, spec):
            return None

        def exec_module(self, module):
            module.answer = 42
            print("running", module.__name__, module.__package__, module.__spec__.origin)

    sys.meta_path.insert(0, Finder())
    import made.inner
    print(made.inner.answer, made.__path__)
    sys.meta_path.pop(0)

    class Shouting(machinery.SourceFileLoader):
        def get_data(self, path):
            return super().get_data(path).replace(b"1", b"'one'")

        def source_to_code(self, data, path, *, _optimize=-1):
            print("compiling", os.path.basename(path), data)
            return super().source_to_code(data, path)

    hook = machinery.FileFinder.path_hook((Shouting, [".py"]))
    show(hook, os.path.join(folder, "plain.py"))
    finder = hook(folder)
    print(finder == finder, repr(finder).replace(folder, "<dir>"), finder.path == folder)
    loud = util.module_from_spec(finder.find_spec("plain"))
    loud.__loader__.exec_module(loud)
    print(loud.value, finder.find_spec("absent"))
    show(machinery.BuiltinImporter.find_spec, "sys")
    show(machinery.BuiltinImporter.get_code, "pack")
    show(machinery.FrozenImporter.find_spec, "pack")
    show(machinery.ModuleSpec, "a.b", None, origin="somewhere", is_package=True)
    lazy = util.LazyLoader(util.find_spec("plain").loader)
    show(util.resolve_name, "..c", "a.b")
    show(util.resolve_name, "...c", "a.b")
