class Ctx:
    def __enter__(self): return self
    def __exit__(self, *a):
        raise OSError("exit failed")


with Ctx() as c:
    raise ValueError("body")
