# exec and eval take the code of a function, too: its parameters are missing.
def f(a, b, *, c): return a
def g(*a, **k): print(a, k)
def h(a=1): print(a)
for x in (f,g,h, lambda x: x):
    for run in (exec, eval):
        try: print(run(x.__code__))
        except TypeError as e: print(e)
