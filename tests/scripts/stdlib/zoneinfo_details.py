# Time zones read from files that are made here: no database is needed.
import copy, io, pickle, struct
from datetime import *
import datetime as D
from zoneinfo import ZoneInfo


def tzif(trans=(), types=((0, 0, 0),), abbr=b"UTC\0", tz=b"UTC0", v=b"2"):
    head = b"TZif" + v + b"\0" * 15
    body = b"".join(struct.pack(">q", t) for t, _ in trans) + bytes(i for _, i in trans)
    body += b"".join(struct.pack(">lbb", *t) for t in types) + abbr
    sizes = struct.pack(">6l", 0, 0, 0, len(trans), len(types), len(abbr))
    return head + bytes(24) + head + sizes + body + b"\n" + tz + b"\n"


def zone(tz, **more):
    return ZoneInfo.from_file(io.BytesIO(tzif(tz=tz, **more)), key="k")


def show(source):
    try:
        print(source, "->", ascii(eval(source)))
    except Exception as error:
        print(source, "->", type(error).__name__, ascii(str(error)))


def year(tz):
    z = zone(tz)
    out = []
    for y in (1, 1960, 1970, 2021):
        last = None
        for day in range(0, 365):
            for fold in (0, 1):
                d = datetime(y, 1, 1, 1, 30, tzinfo=z, fold=fold) + timedelta(day)
                d = d.replace(fold=fold)
                new = (str(d.utcoffset()), str(d.dst()), d.tzname())
                u = datetime(y, 1, 1, 6, 30, tzinfo=timezone.utc) + timedelta(day)
                there = u.astimezone(z) if y > 1 else None
                new += (there and (str(there.utcoffset()), there.fold),)
                if new != last:
                    out.append((y, day, fold, *new))
                    last = new
    return out[:12]


for tz in [b'UTC0',b'UTC',b'',b'AAA',b'AAA+5',b'AAA-5:30',b'AAA24',b'AAA25',b'AAA+167',b'AAA168',b'AAA5:60',b'AAA5:5',b'AAA5:05:5',b'AAA5:05:05',b'A5',b'AB5',b'<+05>-5',b'<+5-5',b'<>5',b'<a b>5',b'AAA5BBB',b'AAA5BBB,',b'AAA5BBB,M3.2.0',b'AAA5BBB,M3.2.0,M11.1.0',b'AAA5BBB4,M3.2.0/3,M11.1.0/1:30',b'AAA5BBB4:30,M3.2.0/3,M11.1.0/1:30:20',
  b'AAA5BBB,M3.2.0,M11.1.0,',b'AAA5BBB,M13.2.0,M11.1.0',b'AAA5BBB,M0.2.0,M11.1.0',b'AAA5BBB,M3.0.0,M11.1.0',b'AAA5BBB,M3.6.0,M11.1.0',b'AAA5BBB,M3.2.7,M11.1.0',b'AAA5BBB,M3.2,M11.1.0',b'AAA5BBB,M3.2.0/25,M11.1.0/-2',b'AAA5BBB,M3.2.0/168,M11.1.0',b'AAA5BBB,M3.2.0/167,M11.1.0',b'AAA5BBB,M3.2.0/,M11.1.0',b'AAA5BBB,M3.2.0/2:60,M11.1.0',b'AAA5BBB,M3.2.0/+2:00:59,M11.1.0/-167:59:59',
  b'AAA5BBB,J60,J300',b'AAA5BBB,J0,J300',b'AAA5BBB,J1,J365',b'AAA5BBB,J366,J300',b'AAA5BBB,0,365',b'AAA5BBB,0,366',b'AAA5BBB,59,300/3',b'AAA5BBB,-1,300',b'AAA5BBB,1000,300',b'AAA5BBB,Jx,300',b'AAA5BBB,M3.2.0,M11.1.0x',b'AAA5,M3.2.0,M11.1.0',b'AAA5BBB6,M10.1.0,M3.1.0',b'1AA5',b':AAA5',b'AAA 5',b'AAA5 ',b'AAA\xff5',b'AAA5BBB25,M3.2.0,M11.1.0', b'AAA5BBB24:59:59,M3.2.0,M11.1.0', b'AAA+-5',b'AAA5B,M3.2.0,M11.1.0',b'IST-2IDT,M3.4.4/26,M10.5.0', b'AAA3BBB-1,0/0,J365/25',b'EST5EDT,4,M11.1.0', b'AAA5BBB,M03.02.00,M11.1.0',b'AAA5BBB,M3.02.0,M11.1.0',b'AAA005',b'AAA0005']:
    show(f"year({tz})")
for source in r"""
ZoneInfo()
ZoneInfo(foo="UTC")
ZoneInfo("../x")
ZoneInfo("/etc/passwd")
ZoneInfo("")
ZoneInfo([])
ZoneInfo("a", "b")
ZoneInfo.no_cache()
ZoneInfo.from_file()
ZoneInfo.from_file(5)
ZoneInfo.from_file(io.BytesIO(b""))
ZoneInfo.from_file(io.BytesIO(tzif()), "k")
ZoneInfo.from_file(io.BytesIO(tzif()), key=5)
str(ZoneInfo.from_file(io.BytesIO(tzif()), key=5))
str(zone(b"AAA5"))
zone(b"AAA5").key
zone(b"AAA5").utcoffset(None)
zone(b"UTC0").utcoffset(None)
zone(b"AAA5BBB,M3.2.0,M11.1.0").utcoffset(None)
zone(b"AAA5").fromutc(5)
zone(b"AAA5").fromutc(datetime(2020, 1, 1))
zone(b"AAA5").utcoffset(5)
zone(b"AAA5").tzname(date(1, 1, 1))
zone(b"AAA5").__reduce__()
pickle.dumps(zone(b"AAA5"))
ZoneInfo.clear_cache(5)
ZoneInfo.clear_cache(only_keys=5)
ZoneInfo.clear_cache(only_keys=["UTC"])
ZoneInfo._weak_cache
setattr(zone(b"AAA5"), "foo", 1)
zone(b"", types=(), abbr=b"")
zone(b"", v=b"1")
zone(b"UTC0", types=((0, 0, 0), (3600, 0, 0))).utcoffset(None)
zone(b"UTC0", types=((0, 1, 0),)).dst(datetime(2020, 1, 1))
zone(b"", trans=((0, 1), (100000, 0)), types=((0, 0, 0), (3600, 1, 4)), abbr=b"AAA\0BBB\0").dst(datetime(1970, 1, 1, 12))
[str(zone(b"AAA0", trans=((0, 1), (100000, 0)), types=((0, 0, 0), (3600, 1, 4)), abbr=b"AAA\0BBB\0").utcoffset(datetime(*a))) for a in ((1960, 1, 1), (1970, 1, 1), (1970, 1, 1, 1), (1970, 1, 2, 4, 46, 39), (1970, 1, 2, 4, 46, 40), (1970, 1, 2, 3, 46, 40), (1970, 1, 2, 5))]
zone(b"AAA0", trans=((0, 5),))
zone(b"AAA0", trans=((100, 0), (0, 0)))
zone(b"AAA0", trans=((2**62, 0),)).utcoffset(datetime.max)
zone(b"AAA0", trans=((-2**63, 0),)).utcoffset(datetime.max)
zone(b"AAA0", types=((2**31 - 1, 0, 0),))
ZoneInfo.from_file(io.BytesIO(tzif()[:-3]))
""".strip().splitlines():
    show(source)
