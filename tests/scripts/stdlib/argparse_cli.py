import argparse
p = argparse.ArgumentParser(prog="tool", description="A tool.", epilog="The end.")
p.add_argument("file", help="the file"); p.add_argument("-n", "--number", type=int, default=3, metavar="N", help="how many (default: %(default)s)"); p.add_argument("-v", action="count", default=0); p.add_argument("--flag", action=argparse.BooleanOptionalAction); p.add_argument("--kind", choices=["a", "b"]); p.add_argument("rest", nargs="*")
print(p.parse_args(["f", "-n", "5", "-vv", "--no-flag", "--kind=b", "x", "y"])); p.print_help(); print(p.format_usage())
for args in (["f", "-n", "x"], [], ["f", "--kind", "c"], ["f", "--nope"]):
    try: p.parse_args(args)
    except SystemExit as e: print("exit", e.code)
q = argparse.ArgumentParser(prog="git", exit_on_error=False); sub = q.add_subparsers(dest="cmd", required=True); a = sub.add_parser("add", help="adds"); a.add_argument("paths", nargs="+"); c = sub.add_parser("commit"); c.add_argument("-m", required=True); g = c.add_mutually_exclusive_group(); g.add_argument("--all", action="store_true"); g.add_argument("--none", action="store_const", const=7)
print(q.parse_args(["add", "x", "y"]), q.parse_args(["commit", "-m", "msg", "--all"]), q.parse_known_args(["add", "x", "--zz"]))
try: q.parse_args(["commit", "-m", "x", "--all", "--none"])
except (argparse.ArgumentError, SystemExit) as e: print(type(e).__name__, e)
