import sys


def hook(t, v, tb):
    print("hook", t.__name__, v, tb.tb_lineno)
    frame = tb
    while frame:
        print(frame.tb_frame.f_code.co_name, frame.tb_lineno)
        frame = frame.tb_next


def f():
    raise ValueError("hooked")


sys.excepthook = hook
f()
