# PEP 688: `__buffer__` and `__release_buffer__` of builtin classes, and of a subclass in Python.
import array, collections.abc, io, mmap, pickle

for c in bytes, bytearray, memoryview, array.array, mmap.mmap, pickle.PickleBuffer, int:
    print(c.__name__, [n for n in ("__buffer__", "__release_buffer__") if n in c.__dict__], issubclass(c, collections.abc.Buffer))
print(bytearray.__release_buffer__, bytearray.__release_buffer__.__text_signature__)
print(isinstance(array.array("i"), collections.abc.Buffer))
b = bytearray(b"abc")
m = b.__buffer__(0)
print(bytes(m), m.obj)
try: b.append(1)
except BufferError as e: print(e)
print(b.__release_buffer__(m))
b.append(1)
print(b)
for view in (m, memoryview(b"q"), 5):
    try: print(b.__release_buffer__(view))
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
try: m[0]
except ValueError as e: print(e)

class Loud(bytearray):
    def __buffer__(self, flags):
        print("buffer", flags)
        return super().__buffer__(flags)
    def __release_buffer__(self, view):
        print("release", len(view))
        super().__release_buffer__(view)

loud = Loud(b"xyz")
with memoryview(loud) as view:
    print(bytes(view))
loud.append(33)
print(loud)

class Later: pass
Later.__buffer__ = lambda self, flags: memoryview(b"later")
print(bytes(memoryview(Later())))
