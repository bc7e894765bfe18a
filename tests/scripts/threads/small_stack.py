"""A thread with the smallest stack runs Python code, and its recursion ends in RecursionError."""
import threading

threading.stack_size(262144)


def deep(n):
    try:
        return deep(n + 1)
    except RecursionError:
        return "RecursionError"


def nested():
    value = []
    for _ in range(100000):
        value = [value]
    try:
        print(len(repr(value)))
    except RecursionError:
        print("RecursionError in repr")
    while value:
        value = value[0]


def work():
    print(deep(0))
    print(sorted(str(i) for i in range(3)), "%s" % [1.5], int("12"))


for target in (work, nested):
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
