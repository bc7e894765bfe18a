b = b"hello \x00\xff"
print(b, len(b), b[0], b[1:3], b[-1], list(b[:3]), b.hex(), b.hex(" "), b.hex(":", 2), bytes.fromhex("68 65 6c"), b"ab" + b"c", b"ab" * 2, b"a" in b"abc", 97 in b"abc")
print(b.upper(), b"aXb".lower(), b"a,b".split(b","), b" x ".strip(), b"abc".find(b"c"), b"abc".index(b"b"), b"aab".count(b"a"), b"aab".count(97), b"abc".replace(b"b", b"ZZ"), b",".join([b"x", b"y"]), b"abc".startswith(b"ab"), b"x".center(5, b"*"), b"12".isdigit(), b"ab".title(), b"7".zfill(3))
print(bytes(3), bytes([1, 2]), bytes("é", "utf-8"), bytes(b"copy"), bytes(range(3)), bytes(bytearray(b"x")), bytes(memoryview(b"mv")), b"abc"[::-1], b"abc" < b"abd", b"a" == "a", hash(b"a") == hash(bytes(b"a")))
ba = bytearray(b"abc")
ba.append(100); ba.extend(b"ef"); ba[0] = 65; ba[1:2] = b"XYZ"; del ba[-1]; ba += b"!"; ba.insert(0, 48)
print(ba, ba.pop(), ba.pop(0), len(ba), ba.find(b"Y"), ba * 2, ba == b"AXYZcde", ba.copy() is ba, bytes(ba), ba.decode())
ba.reverse(); print(ba); ba.remove(ord("Z")); print(ba); ba.clear(); print(ba)
mv = memoryview(bytearray(b"abcdef"))
print(mv[0], mv[1:3].tobytes(), len(mv), mv.nbytes, mv.format, mv.itemsize, mv.readonly, mv.shape, list(mv[::2]), mv == b"abcdef", mv.tolist()[:2], mv.hex())
mv[0] = 90; mv[1:3] = b"YX"; print(mv.tobytes(), mv.cast("H").tolist(), memoryview(b"abcd").cast("I").itemsize)
print(b"\x80abc".decode("latin-1"), b"\xe2\x82\xac".decode(), b"\xff".decode("utf-8", "replace"), b"\xff".decode("utf-8", "ignore"), b"\xff".decode("utf-8", "backslashreplace"), b"\xff".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"), b"a\x00b\x00".decode("utf-16-le"))
print(b"a\nb\r\n".splitlines(), b"a-b".partition(b"-"), b"abc".translate(bytes.maketrans(b"ab", b"12")), b"abc".translate(None, b"b"), b"%d" % 5, b"x".ljust(3) + b"|", b"tab\t".expandtabs(8), b"Ab".swapcase(), b"ab".removeprefix(b"a"))
for bad in ("b'a' + 'b'", "b'abc'['x']", "bytes([300])", "bytes(['a'])", "b'a'.find('a')", "bytearray(b'a')[5]", "bytes.fromhex('zz')", "bytes.fromhex('123')", "b'é'" if False else "bytes('x')", "b''.join(['a'])", "mv[0:2].__setitem__(0, 300)", "hash(bytearray())", "memoryview(b'a').__setitem__(0, 1)", "b'abc'.index(b'z')", "bytearray(b'x').pop(4)", "b'\\xff'.decode()", "b'\\xe2\\x82'.decode()", "'\\udc80'.encode()"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
