def f():
    try:
        int("x")
    except ValueError:
        [][5]


f()
