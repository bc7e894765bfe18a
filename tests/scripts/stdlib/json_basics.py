import json
print(json.dumps({"a": [1, 2.5, None, True], "b": "é\n\"", 3: 4, None: 5, True: 6}), json.dumps([1, 2], indent=2), json.dumps({"b": 1, "a": 2}, sort_keys=True, separators=(",", ":")), json.dumps("é", ensure_ascii=False), json.dumps([float("nan"), float("inf")]), json.dumps((1, 2)), json.dumps({}), json.dumps([], indent=1))
print(json.loads('{"a": [1, -2.5e3, "x\\u00e9\\ud83d\\ude00", null, true]}'), json.loads("  [ ] "), json.loads('"\\n"'), json.loads("1e5"), json.loads("123456789012345678901234567890"), json.loads(b'"bytes"'), json.loads("NaN"))
for bad in ("", "{", "[1,]", "{'a': 1}", '{"a" 1}', "nul", '"abc', "[1 2]", '"\x01"', '{"a": 1,}', "1 2", "-", "01", '"\\x"', '"\\u12"'):
    try: print(json.loads(bad))
    except json.JSONDecodeError as e: print(repr(bad), e, e.pos, e.lineno, e.colno)
class C: pass
for bad in (C(), {1, 2}, b"x", {(1,): 2}, 1j):
    try: json.dumps(bad)
    except TypeError as e: print(e)
l = []; l.append(l)
try: json.dumps(l)
except ValueError as e: print(e)
try: json.dumps(float("nan"), allow_nan=False)
except ValueError as e: print(e)
print(json.dumps(C(), default=lambda o: "default"), json.loads('{"a": {"b": 1}}', object_hook=lambda d: sorted(d)), json.loads("[1.5, 2]", parse_float=str, parse_int=lambda s: -int(s)), json.loads('{"a": 1, "a": 2}', object_pairs_hook=list), json.dumps({"k": 1, (1,): 2}, skipkeys=True))
class E(json.JSONEncoder):
    def default(self, o): return {"set": sorted(o)} if isinstance(o, set) else super().default(o)
print(json.dumps({"s": {2, 1}}, cls=E), E(indent=1).encode([{}]), list(json.JSONEncoder().iterencode([1, {"a": 2}])))
