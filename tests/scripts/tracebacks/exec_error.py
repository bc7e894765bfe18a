code = """
def g():
    raise KeyError("from exec")
g()
"""
exec(code)
