"""`__getitem__` and `__call__` in Python: results, errors, tracebacks, recursion, tracing and generators."""

import sys
import traceback


class Sequence:
    def __getitem__(self, index):
        if index == "bad":
            raise LookupError(index)
        return index, sys._getframe(1).f_code.co_name

    def __call__(self, *args, key="none"):
        if args == ("bad",):
            raise LookupError(args)
        return args, key, sys._getframe(1).f_code.co_name


class Generating:
    def __getitem__(self, index):
        yield index
        yield index + 1

    def __call__(self):
        yield "called"


class Defaulted:
    def __getitem__(self, index, more="default"):
        return index, more


class Meta(type):
    def __getitem__(cls, index):
        return cls.__name__, index

    def __call__(cls, *args):
        return "made", cls.__name__, args


class Made(metaclass=Meta):
    pass


class Callable:
    __call__ = len


class Static:
    @staticmethod
    def __call__(*args):
        return args

    @classmethod
    def __getitem__(cls, index):
        return cls.__name__, index


class Wrong:
    __call__ = 3

    def __getitem__(self):
        pass


class Deep:
    def __getitem__(self, n):
        return self[n + 1]

    def __call__(self, n):
        return self(n + 1)


class Text(str):
    def __getitem__(self, index):
        return super().__getitem__(index) * 2


def main():
    s = Sequence()
    for _ in range(3):
        print(s[1], s["a":2], s[1, 2], s(), s(1), s(1, key=2), s(*[1, 2], **{"key": 3}))
    print(list(Generating()[4]), list(Generating()()))
    print(Defaulted()[1], Made[3], Made(1, 2), Static()[1], Static()(1, 2), Text("abc")[1])
    for attempt in (
        lambda: s["bad"],
        lambda: s("bad"),
        lambda: Callable()(),
        lambda: Wrong()(),
        lambda: Wrong()[1],
        lambda: object()[1],
        lambda: object()(),
        lambda: s(bad=1),
    ):
        try:
            attempt()
        except Exception:
            traceback.print_exc(file=sys.stdout)
    for attempt in (lambda: Deep()[0], lambda: Deep()(0)):
        try:
            attempt()
        except RecursionError as error:
            print(error)


def traced():
    events = []

    def trace(frame, event, arg):
        if frame.f_code.co_filename == __file__:
            events.append((frame.f_code.co_name, event, frame.f_lineno))
        return trace

    def run():
        s = Sequence()
        s[1]
        s(2)
        try:
            s["bad"]
        except LookupError:
            pass
        return s["end"]

    sys.settrace(trace)
    run()
    sys.settrace(None)
    print(*events, sep="\n")


main()
traced()
