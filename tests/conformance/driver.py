"""Runs one of CPython's test files and writes a line per test.

usage: driver.py NAME TESTS RESULTS

NAME is a test module (test_grammar), TESTS the folder that holds CPython's `test` package, RESULTS the file to append to. For each test there is a line `start ID`, and at its end a line `OUTCOME ID` with pass, fail, error or skip. Tests
that RESULTS already knows are left out: whoever starts this program again after a crash continues behind the test that
crashed. The last line is `done`.
"""

import os
import sys

name, tests, results = sys.argv[1:]
# Not this file's folder; `-I` and `-P` would have put none there.
if sys.path and os.path.samefile(sys.path[0] or ".", os.path.dirname(os.path.abspath(__file__))):
    del sys.path[0]
if tests not in sys.path:
    sys.path.insert(0, tests)
sys.argv[:] = [os.path.join(tests, "test", name + ".py")]

import platform
import traceback
import unittest

# Tests of what only CPython promises are wanted too: that is what we promise.
platform.python_implementation = lambda: "CPython"

from test import support

support.check_impl_detail = lambda **guards: guards.get("cpython", not any(guards.values()))
# An extension module of CPython's that the helpers of the import tests want before any test runs: without it none would run,
# with this stand-in only those fail that use it.
try:
    import _testmultiphase
except ImportError:
    sys.modules["_testmultiphase"] = type(sys)("_testmultiphase")

# It calls CPython's C API already when it is imported, unless there is no ctypes: then it only leaves those tests out.
if name == "test_code" and sys.implementation.name != "cpython":
    sys.modules["ctypes"] = None
# The library that the tests of ctypes call into: where CPython's own import of it does not work, a stand-in that loads it.
if "CTYPES_TEST_CAPI" in os.environ and name.startswith("test_ctypes."):
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    import ctypes_test

    sys.path.remove(here)
    ctypes_test.install(os.environ["CTYPES_TEST_CAPI"])

support.use_resources = frozenset({"cpu", "decimal", "subprocess", "tzdata"})
support.verbose = 0


class Result(unittest.TestResult):
    """Writes every outcome as soon as it is known."""

    def __init__(self, out, known):
        super().__init__()
        self.out = out
        self.known = known
        self.outcome = "pass"

    def write(self, word, test):
        os.write(self.out, f"{word} {identify(test)}\n".encode("utf-8", "backslashreplace"))

    def startTest(self, test):
        super().startTest(test)
        self.outcome = "pass"
        self.write("start", test)

    def stopTest(self, test):
        super().stopTest(test)
        self.write(self.outcome, test)
        # A test that skips itself while it is being set up leaves its tool claimed.
        for tool in range(6):
            sys.monitoring.free_tool_id(tool)

    def report(self, outcome, test, err):
        if self.outcome != "error":
            self.outcome = outcome
        print(f"== {outcome}: {identify(test)}", file=sys.stderr)
        try:
            traceback.print_exception(err[1])
        except Exception as failure:
            print(f"(no traceback: {failure!r}) {err[0].__name__}", file=sys.stderr)
        sys.stderr.flush()
        if not isinstance(test, unittest.TestCase):
            # A module's or class's set-up or tear-down: no test is being run.
            self.write(outcome, test)

    def addFailure(self, test, err):
        self.report("fail", test, err)

    def addError(self, test, err):
        self.report("error", test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.report("fail" if issubclass(err[0], test.failureException) else "error", test, err)

    def addSkip(self, test, reason):
        if self.outcome == "pass":
            self.outcome = "skip"
        if not isinstance(test, unittest.TestCase):
            self.write("skip", test)

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self.outcome = "fail"
        print(f"== unexpected success: {identify(test)}", file=sys.stderr)

    def addDuration(self, test, elapsed):
        pass


def identify(test):
    """The test's id without blanks, relative to the `test` package and the module."""
    text = "_".join(test.id().split())
    for prefix in ("test.", name + "."):
        text = text.removeprefix(prefix)
    return text


def leaves(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from leaves(test)
        else:
            yield test


def prune(suite, known):
    """The suite without the tests already known; suites stay, for the fixtures of modules and classes."""
    kept = [
        prune(test, known) if isinstance(test, unittest.TestSuite) else test
        for test in suite
        if isinstance(test, unittest.TestSuite) or identify(test) not in known
    ]
    return type(suite)(kept)


def main():
    known = set()
    if os.path.exists(results):
        with open(results, encoding="utf-8") as lines:
            known = {line.split()[1] for line in lines if " " in line}
    out = os.open(results, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    loader = unittest.TestLoader()
    try:
        module = __import__("test." + name, fromlist=["*"])
        suite = loader.loadTestsFromModule(module)
    except unittest.SkipTest as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        os.write(out, b"skip file\ndone\n")
        return
    for error in loader.errors:
        print(error, file=sys.stderr)
    prune(suite, known).run(Result(out, known))
    os.write(out, b"done\n")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that a failed test left behind must not keep the process alive.
    os._exit(0)
