import struct, array
print(struct.pack("<IhB", 1, -2, 255), struct.unpack(">hI", b"\xff\xfe\x00\x00\x01\x00"), struct.calcsize("bhilq"), struct.calcsize("=bhilq"), struct.pack("3s5sx", b"abcdef", b"x"), struct.pack("<fd", 1.5, -2.25), struct.unpack("<e", b"\x00\x3c"), struct.pack(">?", True), struct.pack("p", b"a"), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")), struct.Struct("<2h").size, struct.pack("<2h", 1, 2), struct.unpack_from("<h", b"xx\x05\x00", 2))
b = bytearray(6); struct.pack_into("<H", b, 2, 513); print(b)
for bad in ("struct.pack('B', 256)", "struct.pack('h', 'x')", "struct.unpack('I', b'x')", "struct.pack('z', 1)", "struct.pack('hh', 1)", "struct.pack('s', 'x')", "struct.pack('<i', 2 ** 31)", "struct.unpack_from('i', b'abc')", "struct.pack('f', 1e39)"):
    try: eval(bad)
    except struct.error as e: print(bad, e)
    except Exception as e: print(bad, type(e).__name__, e)
a = array.array("i", [1, 2, 3]); a.append(4); a.extend([5]); a[0] = 9; print(a, a.typecode, a.itemsize, len(a), a[1:3], a.tobytes()[:4], a.tolist(), a.index(3), a.pop(), a.count(2), array.array("d", [1.5]) + array.array("d", [2]), array.array("B", b"ab"), a == array.array("i", [9, 2, 3, 4]), list(reversed(a)), array.array("u", "hé") if False else "", array.array("i") * 2)
for bad in ("array.array('b', [200])", "array.array('q', ['x'])", "array.array('z')", "a[10]", "a.append(1.5)", "a + array.array('d')", "a.remove(77)"):
    try: eval(bad)
    except Exception as e: print(bad, type(e).__name__, e)
