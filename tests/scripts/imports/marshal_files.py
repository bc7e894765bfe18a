"""`marshal.load` reads from files only what belongs to the value."""

import io
import marshal
import os


class NotSeekable(io.RawIOBase):
    def __init__(self, data):
        self.data = data

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self.data[:len(buffer)]
        self.data = self.data[len(buffer):]
        buffer[:len(piece)] = piece
        return len(piece)


values = [1, "text", [1.5, 2j, {"key": (b"bytes", None)}], {1, 2}, 1 << 100, "\u20ac"]
data = b"".join(map(marshal.dumps, values))
file = NotSeekable(data + b"rest")
for value in values:
    assert marshal.load(file) == value
print(file.data)

reader, writer = os.pipe()
with open(writer, "wb") as out:
    for value in values:
        marshal.dump(value, out)
with open(reader, "rb", buffering=0) as file:
    print([marshal.load(file) == value for value in values])


class Lying(io.BytesIO):
    def readinto(self, buffer):
        return super().readinto(buffer) + 1000


class Failing(io.BytesIO):
    def readinto(self, buffer):
        raise OSError("broken")


for file in (
    io.BytesIO(b"i\x01"),
    io.BytesIO(b""),
    io.BytesIO(b"s\xff\xff\xff\x7fabc"),
    io.BytesIO(b"(\xff\xff\xff\x7f"),
    io.BytesIO(b"?"),
    Lying(b"i\x01\x00\x00\x00"),
    Failing(b"i"),
    io.StringIO("text"),
    7,
):
    try:
        print(marshal.load(file))
    except Exception as error:
        print(type(error).__name__, error)


class Sizes(io.RawIOBase):
    """Shows the sizes of the pieces that are asked for."""

    def __init__(self, data):
        self.data = data
        self.sizes = []

    def readinto(self, buffer):
        self.sizes.append(len(buffer))
        piece, self.data = self.data[:len(buffer)], self.data[len(buffer):]
        buffer[:len(piece)] = piece
        return len(piece)


for value in (1, 1 << 100, -1 << 40, "", "text", "\u20ac", b"", b"bytes", 1.5, 2j, [], (1,), {1: None}, {2}, None):
    file = Sizes(marshal.dumps(value))
    print(marshal.load(file), file.sizes)
