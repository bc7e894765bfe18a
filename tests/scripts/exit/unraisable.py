import sys


class Bad:
    def __del__(self): raise ValueError("in del")


sys.unraisablehook = lambda u: print("hook", u.exc_type.__name__, u.exc_value, str(u.err_msg).split("<")[0])
b = Bad()
del b
print("continues")
