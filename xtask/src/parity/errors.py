# For each case of the files named on standard input: the error its source gives, on one line.
import ast, json, sys

for name in sys.stdin.read().split("\n"):
    stem = name.rsplit("/")[-1]
    mode = next((mode for mode in ("single", "eval") if mode in stem), "exec")
    flags = ast.PyCF_ONLY_AST | (0x4200 if "incomplete" in stem else 0)
    for source in open(name, encoding="utf-8", newline="").read().split("\n%%\n"):
        try:
            compile(source, "<case>", mode, flags)
        except SyntaxError as e:
            line = ["error", type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text]
        except Exception as e:
            line = ["error", type(e).__name__, str(e), None, None, None, None, None]
        else:
            line = ["ok"]
        print(json.dumps(line))
