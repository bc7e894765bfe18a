"""Bytes, bytearrays and binary parsing."""

import struct


def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0xEDB88320 if n & 1 else 0)
        table.append(n)
    return table


def crc(data, table):
    value = 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def run_length(data):
    out = bytearray()
    i = 0
    while i < len(data):
        j = i
        while j < len(data) and data[j] == data[i] and j - i < 255:
            j += 1
        out.append(j - i)
        out.append(data[i])
        i = j
    return bytes(out)


data = bytes(i * i // 7 % 256 for i in range(900_000))
packed = b"".join(struct.pack("<IHbd", i, i & 0xFFFF, i % 100, i / 3) for i in range(150_000))
total = 0
for number, short, small, ratio in struct.iter_unpack("<IHbd", packed):
    total += number + short + small + int(ratio)
buffer = bytearray(data)
for i in range(0, len(buffer), 2):
    buffer[i] ^= 0x5A
reversed_data = bytes(reversed(buffer))
encoded = run_length(bytes(b // 64 for b in data))
print(crc(data, crc_table()), total, len(encoded), reversed_data[:4].hex(), data.count(b"\x00"), data.find(b"\xff\x01"), sum(memoryview(buffer)[::1000]))
