# What Python 3.6 documents and later versions have dropped. The golden is Python 3.6's output.
import sys
import types

print(sys.getcheckinterval())
sys.setcheckinterval(5)
print(sys.getcheckinterval())
sys.setcheckinterval(-5)
print(sys.getcheckinterval())
for bad in ["a", 1.5, None]:
    try:
        sys.setcheckinterval(bad)
    except TypeError:
        print("TypeError")
try:
    sys.setcheckinterval(2 ** 40)
except OverflowError:
    print("OverflowError")

print(sys.get_coroutine_wrapper())
try:
    sys.set_coroutine_wrapper(1)
except TypeError as e:
    print(e)


async def foo():
    return 5


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as e:
        return e.value


def logs(coroutine):
    print("new", coroutine.__name__)
    return coroutine


sys.set_coroutine_wrapper(logs)
print(sys.get_coroutine_wrapper() is logs)
print(run(foo()))
print(list(map(run, [foo()])))


async def outer():
    return await foo() + 1


print(run(outer()))


def replaces(coroutine):
    coroutine.close()
    return 42


sys.set_coroutine_wrapper(replaces)
print(foo())
print(list(map(lambda make: make(), [foo])))


def fails(coroutine):
    coroutine.close()
    1 / 0


sys.set_coroutine_wrapper(fails)
for attempt in range(2):
    try:
        foo()
    except ZeroDivisionError as e:
        print(e)
try:
    list(map(lambda make: make(), [foo]))
except ZeroDivisionError as e:
    print(e)


def recurses(coroutine):
    async def wrap(coroutine):
        return await coroutine

    try:
        return wrap(coroutine)
    finally:
        coroutine.close()


sys.set_coroutine_wrapper(recurses)
try:
    foo()
except RuntimeError as e:
    print(str(e).split(" at 0x")[0], "recursively" in str(e))


@types.coroutine
def generator():
    yield


async def async_generator():
    yield 1


sys.set_coroutine_wrapper(replaces)
print(type(generator()).__name__, type(async_generator()).__name__)
sys.set_coroutine_wrapper(None)
print(sys.get_coroutine_wrapper())
print(run(foo()))
