"""The codecs of East Asian encodings: every character, every two bytes, errors, pieces, streams and states."""

import codecs
import io
import random
import zlib

import _codecs_jp
import _multibytecodec

ENCODINGS = """gb2312 gbk gb18030 hz big5 cp950 big5hkscs euc_kr cp949 johab shift_jis cp932 euc_jp
shift_jis_2004 shift_jisx0213 euc_jis_2004 euc_jisx0213 iso2022_jp iso2022_jp_1 iso2022_jp_2
iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr""".split()
ESCAPES = [b"\x1b$B", b"\x1b$(D", b"\x1b$A", b"\x1b$(C", b"\x1b(J", b"\x1b(I", b"\x1b$(Q", b"\x1b$(P", b"\x1b$(O",
           b"\x1b.A\x1bN", b"\x1b.F\x1bN", b"\x1b$)C\x0e", b"\x1b(B", b"\x1b$@", b"~{", b"~}", b"\x1b&@\x1b$B"]
BYTES = [bytes(range(256)), bytes(range(0x21, 0x7F)), bytes(range(0x81, 0xFF)), b"\x1b$()BJ@ADCINOPQ.&~{}\n\x0e\x0f",
         b"\x81\x30\x84\x39\xa4\xd4\xa1\xbf\x8e\x8f\xfe\x31", b"ab"]
CHARS = "A\\\n\xa5\u203e\u3042\u304b\u309a\xe6\u0300\u0301\u4e00\u4e02\uac00\uac02\uff61\xca\u0304\xea\u030c" \
        "\U0002000b\x80\u0101\ud800\uff3c\u2015\u0391\xe1\u9b1d\u4ff1\ue000\u20ac"
EVERY = "\n".join(chr(c) for c in range(0x30000) if not 0xD800 <= c < 0xE000)
PAIRS = b"".join(bytes([a, b]) + b"\n\n\n\n\n\n" for a in range(256) for b in range(256))
errors = []


def record(error):
    errors.append((error.start, error.end, error.reason))
    return "?", error.end


codecs.register_error("record", record)


def checked(f):
    errors.clear()
    try:
        return f(), list(errors)
    except Exception as error:
        return type(error).__name__, str(error), list(errors)


def crc(value):
    return f"{zlib.crc32(ascii(value).encode()):08x}"


for encoding in ENCODINGS:
    draw = random.Random(encoding)
    piece = lambda: bytes(draw.choice(draw.choice(BYTES)) for _ in range(draw.randrange(4)))
    results = []
    for _ in range(300):
        data = b"".join(piece() if draw.random() < 0.6 else draw.choice(ESCAPES) for _ in range(draw.randrange(1, 6)))
        results.append([checked(lambda: data.decode(encoding, e)) for e in ("record", "strict", "backslashreplace")])
        decoder, parts = codecs.getincrementaldecoder(encoding)("replace"), []
        for at in range(0, len(data), 2):
            parts += decoder.decode(data[at:at + 2]), decoder.getstate()
        results.append((parts, decoder.decode(b"", True)))
    encoded = []
    for _ in range(300):
        text = "".join(draw.choice(CHARS) for _ in range(draw.randrange(1, 8)))
        encoded.append([checked(lambda: text.encode(encoding, e)) for e in ("record", "strict", "replace", "xmlcharrefreplace")])
        encoder, parts = codecs.getincrementalencoder(encoding)("replace"), []
        for c in text:
            parts += encoder.encode(c), encoder.getstate()
        encoded.append((parts, encoder.encode("", True)))
    print(encoding, crc(EVERY.encode(encoding, "ignore")), crc(PAIRS.decode(encoding, "replace")), crc(results), crc(encoded))

codec = _codecs_jp.getcodec("shift_jis")
Decoder, Encoder = codecs.getincrementaldecoder("shift_jis"), codecs.getincrementalencoder("big5hkscs")
Reader, Writer = codecs.getreader("shift_jis"), codecs.getwriter("iso2022_jp")


class WrongCodec(_multibytecodec.MultibyteIncrementalEncoder):
    codec = 5


def with_errors(value):
    decoder = Decoder()
    decoder.errors = value
    return decoder.errors


def without_errors():
    decoder = Decoder()
    del decoder.errors


def written(*calls):
    stream = io.BytesIO()
    writer = Writer(stream)
    for name, *args in calls:
        getattr(writer, name)(*args)
    return stream.getvalue()


def with_handler(result):
    codecs.register_error("custom", result)
    return [checked(lambda: "a\u0101b".encode("shift_jis", "custom"))[:2], checked(lambda: b"a\x80b".decode("shift_jis", "custom"))[:2],
            checked(lambda: "\u3042\u0101\u3044".encode("iso2022_jp", "custom"))[:2]]


for source in r"""
codec.encode()
"\u4e00~\n~".encode("hz")
b"~{Dc~\n:C~}".decode("hz")
codec.encode(5)
codec.decode("a")
codec.decode(b"a", 5)
codec.encode("a", "foo")
codec.encode("\u0101", "foo")
codec.encode("a", None)
_codecs_jp.getcodec("x")
_codecs_jp.getcodec(5)
_multibytecodec.__create_codec(5)
_multibytecodec.MultibyteIncrementalEncoder()
type(codec)()
WrongCodec()
Decoder(5)
Decoder("a", "b")
Decoder(errors="ignore").errors
Decoder().decode("x")
Decoder().decode(b"\x82", True)
Decoder().setstate(5)
Decoder().setstate((b"1", 2, 3))
Decoder().setstate(("a", 2))
Decoder().setstate((b"123456789", 2))
Decoder().setstate((b"a", -1))
Decoder().setstate((b"a", 1 << 64))
with_errors("replace")
with_errors(5)
without_errors()
Encoder().encode(5)
Encoder().encode("\xca", True)
Encoder().encode("\ud800")
Encoder().setstate("x")
Encoder().setstate(-1)
Encoder().setstate(1 << 200)
Encoder().setstate(9)
Encoder().setstate(0xff01)
Encoder("replace").encode("\u0101\ud800")
Reader(io.BytesIO(b"\x82\xa0a\nbc\n")).read()
Reader(io.BytesIO(b"\x82\xa0a\nbc\n")).read(1)
Reader(io.BytesIO(b"\x82\xa0a\nbc\n")).readline()
Reader(io.BytesIO(b"\x82\xa0a\nbc\n")).readlines()
Reader(io.BytesIO(b"\x82\xa0a\nbc\n")).read("x")
Reader(io.BytesIO(b"\x82\xa0a\nbc\n")).read(0)
Reader(io.StringIO("a")).read()
Reader()
Reader(5).read()
Reader(io.BytesIO(b"\x82")).read()
Reader(io.BytesIO(b"a"), "foo").errors
written(["write", "\u3042"])
written(["write", "\u3042"], ["write", "\u3044"])
written(["write", "\u3042"], ["reset"])
written(["writelines", ["\u3042", "b"]])
written(["writelines", 5])
written(["write", 5])
written(["writelines", "ab"])
with_handler(lambda e: ("x", e.end))
with_handler(lambda e: ("\u0101", e.end))
with_handler(lambda e: ("x", 100))
with_handler(lambda e: ("x", -100))
with_handler(lambda e: ("\u3042", e.end))
codecs.lookup("euc_jis_2004").name, codecs.lookup("ks_c-5601").name, codecs.lookup("ms932").name
""".strip().splitlines():
    print(source, "->", ascii(checked(lambda: eval(source))[:2]))
