async def f(): return 1


f()
print("after")
async def g():
    f()
try:
    g().send(None)
except StopIteration:
    print("stopped")
