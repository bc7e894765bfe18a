import sys


def gen():
    try:
        yield 1
    finally:
        print("gen closed")


g = gen()
next(g)
try:
    try:
        sys.exit(3)
    finally:
        print("inner finally")
except SystemExit as e:
    print("caught", e.code)
    raise
