# Streams that die open, that are reconfigured, that are written to while they are read.
import codecs, io, sys

sys.unraisablehook = lambda u: print(u.exc_type.__name__, u.exc_value, "|", u.err_msg.split(" at 0x")[0])

class Failing(io.RawIOBase):
    def readable(self): return True
    def writable(self): return True
    def close(self): raise OSError("close failed")

io.BufferedReader(Failing())

text = io.TextIOWrapper(io.BytesIO(b"CR\rEOF"), "ascii", newline="\n")
text.reconfigure(newline=None)
print(repr(text.readline()))
try: text.reconfigure(newline="")
except io.UnsupportedOperation as e: print(e)

pair = io.TextIOWrapper(io.BufferedRWPair(io.BytesIO(b"foo\nbar\n"), io.BytesIO()))
line = pair.readline()
pair.write(line)
print(repr(line), repr(pair.readline()))

class Named(io.TextIOWrapper): pass
print(repr(Named(io.StringIO(), "utf-8")), repr(io.TextIOWrapper(io.BytesIO(), "utf-8")))
detached = io.TextIOWrapper(io.BytesIO(), "utf-8")
for change in ("detached._CHUNK_SIZE = 2**80", "del detached._CHUNK_SIZE", "detached._CHUNK_SIZE = 0"):
    try: exec(change)
    except (AttributeError, ValueError) as e: print(type(e).__name__, e)
detached.detach()
print(detached.errors, detached.encoding)
for name in ("\udcfe", "utf-8\0"):
    for use in (codecs.lookup, lambda name: io.TextIOWrapper(io.BytesIO(), name), lambda name: io.TextIOWrapper(io.BytesIO(), "utf-8", name)):
        try: use(name)
        except ValueError as e: print(type(e).__name__, e)

class Parts(io.RawIOBase):
    def __init__(self, *parts): self.parts = list(parts)
    def readable(self): return True
    def readinto(self, buffer):
        part = self.parts.pop(0) if self.parts else b""
        buffer[:len(part)] = part
        return len(part)

reader = io.BufferedReader(Parts(b"abc", b"def", b"ghi"), 10)
print(reader.peek(1), reader.readinto1(bytearray(20)), reader.readinto1(bytearray(20)))
print([c.__name__ for c in (io.BufferedReader, io.TextIOWrapper, io.FileIO, io.BytesIO) if "__new__" in c.__dict__])
