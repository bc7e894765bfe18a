"""What futures and tasks say, made and driven by hand."""
import asyncio
import re
import _asyncio


def shown(value):
    return re.sub(r"0x[0-9a-f]+|at \S+:\d+", "…", repr(value))


def attempt(label, function):
    try:
        print(label, "->", shown(function()))
    except BaseException as error:
        print(label, "!!", type(error).__name__, re.sub(r"0x[0-9a-f]+|at \S+:\d+", "…", str(error)))


class Loop:
    """Keeps what is to be called soon."""

    def __init__(self):
        self.soon = []

    def get_debug(self):
        return False

    def is_running(self):
        return True

    def call_soon(self, callback, *args, context=None):
        self.soon.append((callback, args))

    def call_exception_handler(self, context):
        print("handler:", context["message"], sorted(context))

    def turn(self):
        soon, self.soon = self.soon, []
        for callback, args in soon:
            callback(*args)


loop = Loop()
asyncio._set_running_loop(loop)

print("— futures")
future = asyncio.Future(loop=loop)
for name in ("result", "exception", "done", "cancelled", "get_loop", "_make_cancelled_error", "__repr__"):
    attempt(name, getattr(future, name))
attempt("callback", lambda: future.add_done_callback(print, 1))
future.add_done_callback(lambda f: print("called with", f.result()))
attempt("callbacks", lambda: len(future._callbacks))
future.set_result(5)
attempt("again", lambda: future.set_result(6))
attempt("callbacks", lambda: future._callbacks)
loop.turn()
for argument in (1, int, StopIteration, ValueError("lost")):
    lost = asyncio.Future(loop=loop)
    attempt(f"set_exception {argument!r}", lambda: lost.set_exception(argument))
    if argument is StopIteration:
        attempt("exception", lost.exception)
del lost
attempt("no init", lambda: asyncio.Future.__new__(asyncio.Future).result())
attempt("log", lambda: setattr(future, "_log_traceback", True))
attempt("delete", lambda: delattr(future, "_cancel_message"))
attempt("keyword", lambda: asyncio.Future(1))
attempt("generic", lambda: asyncio.Future[int])

print("— iterators")
waiting = asyncio.Future(loop=loop)
iterator = iter(waiting)
attempt("next", lambda: next(iterator) is waiting)
attempt("next", lambda: next(iterator))
waiting.set_result("done")
attempt("send", lambda: iterator.send(1))
for args in ((1,), (ValueError("x"),), (int,)):
    attempt(f"throw {args}", lambda: iter(waiting).throw(*args))

print("— tasks")
gate = asyncio.Future(loop=loop)


async def work(value):
    try:
        print("work", value, await gate)
    except asyncio.CancelledError as error:
        print("cancelled", error.args, asyncio.current_task().cancelling())
        raise
    return value


task = asyncio.Task(work(1), loop=loop, name="one")
attempt("step", lambda: loop.soon[0][0])
loop.turn()
attempt("task", lambda: task)
attempt("waits", lambda: gate)
attempt("wakeup", lambda: gate._callbacks[0][0].__qualname__)
attempt("awaited by", lambda: [t.get_name() for t in gate._asyncio_awaited_by])
attempt("all", lambda: [t.get_name() for t in asyncio.all_tasks(loop)])
other = asyncio.Task(work(2), loop=loop, name="two")
loop.turn()
attempt("awaited by", lambda: sorted(t.get_name() for t in gate._asyncio_awaited_by))
attempt("cancel", lambda: other.cancel("why"))
loop.turn()
loop.turn()
attempt("other", lambda: other)
attempt("stack", lambda: task.get_stack())

print("— eager")
attempt("eager", lambda: asyncio.Task(work(3), loop=loop, name="three", eager_start=True))
attempt("current", asyncio.current_task)


async def nothing():
    return asyncio.current_task().get_name()


eager = asyncio.Task(nothing(), loop=loop, name="four", eager_start=True)
attempt("done", lambda: (eager.result(), eager.get_coro()))


print("— mistakes")


class Bad:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        yield self.value


async def wrong(value):
    try:
        await Bad(value)
    except RuntimeError as error:
        print("wrong:", re.sub(r"0x[0-9a-f]+|at \S+:\d+", "…", str(error)))


for value in (5, asyncio.Future(loop=loop), asyncio.Future(loop=Loop()), (n for n in ())):
    kept = asyncio.Task(wrong(value), loop=loop, name="wrong")
    for _ in range(3):
        loop.turn()
attempt("a coroutine", lambda: asyncio.Task(5, loop=loop))
attempt("enter", lambda: _asyncio._enter_task(Loop, task))
attempt("leave", lambda: _asyncio._leave_task(loop, task))
attempt("swap", lambda: _asyncio._swap_current_task(loop, task))
attempt("enter", lambda: _asyncio._enter_task(loop, other))
attempt("swap", lambda: _asyncio._swap_current_task(loop, None))
asyncio._set_running_loop(None)
attempt("no loop", asyncio.get_running_loop)
attempt("no loop", asyncio.current_task)
print("— the end")
task._log_destroy_pending = False
gate = task = other = None
