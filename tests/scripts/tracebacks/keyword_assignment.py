def f(a, b):
    None = 1
    return a
