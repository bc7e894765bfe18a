import types


def inner():
    try:
        yield 1
    except ValueError as error:
        return "returned", str(error)


def outer():
    result = yield from inner()
    print("result", result)
    result = yield from inner()
    print("again", result)


generator = outer()
print(next(generator), generator.throw(ValueError("one")))
try:
    generator.throw(ValueError("two"))
except StopIteration:
    print("over")


@types.coroutine
def waiting():
    try:
        yield "waiting"
    except KeyError as error:
        return error.args


async def task():
    return await waiting(), await waiting()


coroutine = task()
print(coroutine.send(None), coroutine.throw(KeyError("a")))
try:
    coroutine.throw(KeyError("b"))
except StopIteration as stop:
    print(stop.value)


# Code as a function's, run as a module's: its names are globals.
code = compile("counter = counter + 1", "<module>", "exec")
namespace = {"counter": 1}
types.FunctionType(code, namespace)()
print(namespace["counter"])
import ntpath

copied = ntpath.join.__code__.replace(co_name="renamed")
print(copied.co_name, copied == ntpath.join.__code__, copied.replace(co_name="join") == ntpath.join.__code__)
