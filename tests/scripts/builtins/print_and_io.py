import io, sys
buf = io.StringIO()
print("a", 1, None, file=buf, sep="|"); print(file=buf); print("x", end="", file=buf)
print(repr(buf.getvalue()), buf.tell(), buf.seek(0), buf.read(3), buf.readline(), buf.readlines())
buf = io.StringIO("l1\nl2\r\nl3"); print(list(buf), buf.seek(0), buf.readline(), next(buf), buf.read())
b = io.BytesIO(b"bytes here"); print(b.read(5), b.tell(), b.seek(-4, 2), b.read(), b.getvalue(), b.write(b"!"), b.getbuffer()[-1], b.seekable(), b.closed)
class W:
    def __init__(self): self.parts = []
    def write(self, s): self.parts.append(s)
w = W(); print("x", [1], sep=",", file=w); print(w.parts)
old = sys.stdout; sys.stdout = io.StringIO(); print("hidden"); got = sys.stdout.getvalue(); sys.stdout = old; print(repr(got))
sys.stdout.write("direct\n"); print("to stderr", file=sys.stderr); print(sys.stdout.encoding, sys.stdout.errors, sys.stdout.name, sys.stdout.writable(), sys.stdin.fileno())
for bad in ("print(1, sep=2)", "print(1, end=2)", "print(1, file=5)", "print(1, nope=2)", "open('/nonexistent/x')", "open(5.5)", "open('x', 'q')", "open('x', 'rw')", "open('x', 'rb', encoding='utf8')", "io.StringIO(5)", "io.BytesIO('x')", "io.StringIO().write(b'x')", "open('', 'r')"):
    try: eval(bad)
    except Exception as e: print(bad, type(e).__name__, e)
import tempfile, os
with tempfile.TemporaryDirectory() as d:
    p = os.path.join(d, "f.txt")
    with open(p, "w", encoding="utf-8", newline="") as f: print(f.write("é line\nsecond\r\nthird"), f.tell(), f.mode)
    with open(p, encoding="utf-8") as f: print(f.readlines(), f.read(), f.closed)
    print(f.closed, os.path.getsize(p))
    with open(p, "rb") as f: print(f.read(4), f.seek(0, 2), f.tell())
    with open(p, "a+") as f: f.write("+"); f.seek(0); print(len(f.read()))
    with open(p, "r+b") as f: f.seek(2); f.write(b"XX"); f.seek(0); print(f.readline(), [l for l in f])
    with open(p, "w") as f: f.writelines(["a\n", "b\n"]); print("sum", sum(1 for _ in open(p)))
    try: f.write("x")
    except ValueError as e: print(e)
    try: open(p, "x")
    except FileExistsError as e: print(type(e).__name__, e.errno)
    print(sorted(os.listdir(d)), os.path.exists(p), os.path.basename(p))
