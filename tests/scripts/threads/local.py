"""Thread-local data belongs to one thread, and goes with it."""
import gc
import threading
import weakref


class Value:
    pass


class Local(threading.local):
    def __init__(self, start):
        self.start = start
        print("init", start)


local = Local(1)
refs = []


def work(n):
    print(n, local.start, sorted(vars(local)))
    local.value = Value()
    refs.append(weakref.ref(local.value))


for n in range(3):
    thread = threading.Thread(target=work, args=(n,))
    thread.start()
    thread.join()
    print(refs[-1]() is None, sorted(vars(local)))
local.own = Value()
refs.append(weakref.ref(local.own))
del local
print(refs[-1]() is None)
cycle = threading.local()
cycle.me = cycle
ref = weakref.ref(cycle)
del cycle
gc.collect()
print(ref() is None)


class Failing(threading.local):
    def __init__(self):
        if threading.current_thread() is not threading.main_thread():
            raise ValueError("not here")


failing = Failing()


def fail():
    for _ in range(2):
        try:
            failing.x
        except ValueError as error:
            print(error)


thread = threading.Thread(target=fail)
thread.start()
thread.join()
