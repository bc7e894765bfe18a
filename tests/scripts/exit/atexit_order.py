import atexit


@atexit.register
def first(): print("first registered")


atexit.register(print, "second", sep="-")
atexit.register(int, "x")
def later(): print("unregistered")
atexit.register(later)
atexit.unregister(later)
print("main done")
