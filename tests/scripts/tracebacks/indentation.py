def f():
    if True:
    print("x")
