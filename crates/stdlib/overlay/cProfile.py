"""The deterministic profiler: the `profile` module's interface over the native `_lsprof`."""

__all__ = ["run", "runctx", "Profile"]

import _lsprof
import importlib.machinery
import importlib.util
import io
import profile as _pyprofile


def run(statement, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pyprofile.run.__doc__
runctx.__doc__ = _pyprofile.runctx.__doc__


def label(code):
    """The key of a function in the statistics: file, first line, name."""
    if isinstance(code, str):
        # A native function has no place, only a description.
        return "~", 0, code
    return code.co_filename, code.co_firstlineno, code.co_name


def _figures(entry):
    """Primitive calls, calls, own time, cumulative time, in the order that pstats wants."""
    calls = entry.callcount
    return calls - entry.reccallcount, calls, entry.inlinetime, entry.totaltime


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    Collects timings of the functions called between enable() and disable(). *timer* is a function that returns the time as
    a number; if that number is an integer, *timeunit* is the length of its unit in seconds.
    """

    def print_stats(self, sort=-1):
        import pstats

        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        import marshal

        with open(file, "wb") as out:
            self.create_stats()
            marshal.dump(self.stats, out)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        entries = self.getstats()
        callers = {label(entry.code): {} for entry in entries}
        self.stats = {}
        for entry in entries:
            key = label(entry.code)
            figures = _figures(entry)
            if key in self.stats:
                # Two code objects in one place, as two lambdas on a line: their figures add up.
                figures = tuple(map(sum, zip(figures, self.stats[key])))
            self.stats[key] = (*figures, callers[key])
        for entry in entries:
            caller = label(entry.code)
            for call in entry.calls or ():
                known = callers.get(label(call.code))
                if known is None:
                    continue
                cc, nc, tt, ct = _figures(call)
                figures = nc, cc, tt, ct
                if caller in known:
                    figures = tuple(map(sum, zip(figures, known[caller])))
                known[caller] = figures

    def run(self, cmd):
        import __main__

        namespace = __main__.__dict__
        return self.runctx(cmd, namespace, namespace)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def _prepare(options, args):
    """The code to profile and the globals of the `__main__` it runs in."""
    import builtins
    import os
    import runpy
    import sys

    target = args[0]
    if options.module:
        return "run_module(modname, run_name='__main__')", {"run_module": runpy.run_module, "modname": target}
    sys.path.insert(0, os.path.dirname(target))
    with io.open_code(target) as source:
        code = compile(source.read(), target, "exec")
    spec = importlib.machinery.ModuleSpec(name="__main__", loader=None, origin=target)
    module = importlib.util.module_from_spec(spec)
    # Pickling and `import __main__` in the program are to find the program, not the profiler.
    sys.modules["__main__"] = module
    module.__file__ = target
    module.__builtins__ = builtins
    return code, module.__dict__


def main():
    import os
    import sys
    from optparse import OptionParser
    from pstats import Stats

    parser = OptionParser(usage="cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...")
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", help="Save stats to <outfile>", default=None)
    parser.add_option(
        "-s",
        "--sort",
        dest="sort",
        help="Sort order when printing to stdout, based on pstats.Stats class",
        default=2,
        choices=sorted(Stats.sort_arg_dict_default),
    )
    parser.add_option("-m", dest="module", action="store_true", help="Profile a library module", default=False)

    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if options.outfile is not None:
        # The program may change the current directory.
        options.outfile = os.path.abspath(options.outfile)
    if not args:
        parser.print_usage()
        return parser
    code, namespace = _prepare(options, args)
    try:
        runctx(code, namespace, None, options.outfile, options.sort)
    except BrokenPipeError as exc:
        # Whoever read our output is gone, and so is the use of writing more.
        sys.stdout = None
        sys.exit(exc.errno)
    return parser


if __name__ == "__main__":
    main()
