import textwrap, string, difflib, pprint, shlex, fnmatch, html, unicodedata, io
t = "The quick brown fox jumps over the lazy dog and runs away from everything it ever knew."
print(textwrap.fill(t, 30), textwrap.wrap("aaa bbb", 3), textwrap.dedent("  a\n    b\n  c"), textwrap.indent("a\nb", "> "), textwrap.shorten(t, 30), sep="\n")
print(string.ascii_letters, string.punctuation, string.Template("$a ${b} $$").substitute(a=1, b=2), string.Template("$x").safe_substitute(), string.capwords("a bc"), string.Formatter().format("{0} {x}", 1, x=2))
print("\n".join(difflib.unified_diff("a b c".split(), "a x c".split(), lineterm="", n=1)), difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), list(difflib.ndiff(["one"], ["ore"])))
pprint.pprint({"a": list(range(30)), "b": {"c": "x" * 50, "d": [{"e": 1}] * 3}}, width=60); print(pprint.pformat([1, [2]]), pprint.pformat({"z": 1, "a": 2}, sort_dicts=False))
print(shlex.split("a 'b c' \"d e\" f\\ g"), shlex.quote("it's"), shlex.join(["a b", "c"]), fnmatch.fnmatch("x.py", "*.py"), fnmatch.filter(["a", "bb"], "?"), fnmatch.translate("a*.t?t"), html.escape("<a&'\">"), html.unescape("&lt;&#233;&eacute;&amp;"))
print(unicodedata.name("é"), unicodedata.category("A"), unicodedata.normalize("NFD", "é").encode(), unicodedata.lookup("BULLET"), unicodedata.decimal("5"), unicodedata.numeric("½"), unicodedata.bidirectional("a"), unicodedata.combining("\u0301"), unicodedata.unidata_version, unicodedata.east_asian_width("中"), unicodedata.is_normalized("NFC", "é"))
