def check(n):
    assert n > 0, f"n is {n}"
    assert isinstance(n, int)


check(1)
check(-1)
