# For each file named in sys.argv[1]: the length and checksum of its dumped tree, or the error its source gives, on one line.
import ast, json, sys, time, zlib

TYPE_COMMENTS = False
started = 0.0
sys.setrecursionlimit(100000)
for name in open(sys.argv[1], encoding="utf-8").read().split("\n"):
    source = open(name, "rb").read()
    begin = time.perf_counter()
    try:
        tree = ast.parse(source, type_comments=TYPE_COMMENTS)
    except SyntaxError as e:
        line = ["error", type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text]
    except Exception as e:
        line = ["error", type(e).__name__, str(e), None, None, None, None, None]
    else:
        started += time.perf_counter() - begin
        if "--full" in sys.argv:
            line = ["full", ast.dump(tree, include_attributes=True)]
        else:
            dump = ast.dump(tree, include_attributes=True).encode("utf-8", "surrogatepass")
            line = ["ok", len(dump), zlib.crc32(dump)]
    print(json.dumps(line))
print(f"seconds in ast.parse: {started:.2f}", file=sys.stderr)
