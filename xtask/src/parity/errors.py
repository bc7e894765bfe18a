# For each case of the files named on standard input: the error its source gives, on one line.
import ast, json, sys, warnings

for name in sys.stdin.read().split("\n"):
    stem = name.rsplit("/")[-1]
    mode = next((mode for mode in ("single", "eval") if mode in stem), "exec")
    flags = ast.PyCF_ONLY_AST | (0x4200 if "incomplete" in stem else 0)
    for source in open(name, encoding="utf-8", newline="").read().split("\n%%\n"):
        if "warnings" in stem:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                compile(source, "<case>", mode, flags)
            line = [[warning.lineno, str(warning.message)] for warning in caught]
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    compile(source, "<case>", mode, flags)
                except SyntaxError as e:
                    line.append([e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset])
            print(json.dumps(line))
            continue
        try:
            compile(source, "<case>", mode, flags)
        except SyntaxError as e:
            line = ["error", type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text]
        except Exception as e:
            line = ["error", type(e).__name__, str(e), None, None, None, None, None]
        else:
            line = ["ok"]
        print(json.dumps(line))
