"""Showing a warning imports `warnings`; without it lines are written in the pieces that C code writes."""

import _warnings
import sys


class Output:
    def __init__(self):
        self.pieces = []

    def write(self, text):
        self.pieces.append(text.replace(__file__, "FILE"))

    def flush(self):
        pass


def shown(function, importable=True):
    if importable:
        sys.modules.pop("warnings", None)
    else:
        sys.modules["warnings"] = None
    stderr, sys.stderr = sys.stderr, Output()
    try:
        function()
        print(sys.stderr.pieces, sys.modules.get("warnings") is not None)
    finally:
        sys.stderr = stderr


class Loader:
    def get_source(self, name):
        return "\n   y = 1  \n"


class Spec:
    name = "k"
    loader = Loader()


def filtered(action):
    _warnings.filters.insert(0, (action, None, UserWarning, None, 0))
    _warnings._acquire_lock()
    _warnings._filters_mutated_lock_held()
    _warnings._release_lock()


for importable in (False, True):
    shown(lambda: _warnings.warn("shown"), importable)
    shown(lambda: _warnings.warn_explicit("elsewhere", UserWarning, "nofile", 3), importable)
    shown(lambda: _warnings.warn_explicit("loaded", UserWarning, "q.py", 2, module_globals={"__name__": "k", "__loader__": Spec.loader, "__spec__": Spec}), importable)
    shown(lambda: compile("1 is 2", "<s>", "eval"), importable)
    shown(lambda: ~(not importable), importable)

filtered("ignore")
shown(lambda: _warnings.warn("ignored"))
filtered("error")


class Twice(UserWarning):
    made = 0

    def __new__(cls, text):
        Twice.made += 1
        return 5 if Twice.made == 1 else super().__new__(cls, text)


try:
    shown(lambda: _warnings.warn_explicit("made twice", Twice, "nofile", 3))
except Twice as error:
    print(repr(error), Twice.made, "warnings" in sys.modules)

import copy
from datetime import timedelta, timezone

print(timedelta() is timedelta(0), timedelta(1) is timedelta(1), copy.copy(timedelta(0)) is timedelta(0), timedelta(2) - timedelta(2) is timedelta(0), timezone.utc.utcoffset(None) is timedelta(0))
