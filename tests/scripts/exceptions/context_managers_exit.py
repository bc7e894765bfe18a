class Log:
    def __init__(self, name, swallow=False, fail=None): self.name, self.swallow, self.fail = name, swallow, fail
    def __enter__(self):
        print("enter", self.name)
        if self.fail == "enter": raise RuntimeError("enter " + self.name)
        return self.name
    def __exit__(self, *exc):
        print("exit", self.name, exc[0].__name__ if exc[0] else None)
        if self.fail == "exit": raise RuntimeError("exit " + self.name)
        return self.swallow


def run(*managers, exc=None):
    try:
        match managers:
            case [a]:
                with a as x:
                    if exc: raise exc
            case [a, b]:
                with a as x, b as y:
                    if exc: raise exc
        print("completed")
    except Exception as e:
        print("escaped", repr(e), "context", repr(e.__context__))


run(Log("a"))
run(Log("a"), exc=ValueError())
run(Log("a", swallow=True), exc=ValueError())
run(Log("a"), Log("b"), exc=KeyError(1))
run(Log("a"), Log("b", swallow=True), exc=KeyError(1))
run(Log("a"), Log("b", fail="enter"))
run(Log("a"), Log("b", fail="exit"))
run(Log("a", swallow=True), Log("b", fail="exit"), exc=ValueError())
for bad in (5, type("E", (), {"__enter__": lambda s: 1})(), type("X", (), {"__exit__": lambda *a: 1})()):
    try:
        with bad: pass
    except TypeError as e:
        print(str(e).replace("__main__.", ""))
with (Log("p") as p, Log("q") as q):
    print(p, q)
with Log("tuple") as (a, b, *c): print(a, b, c)
