"""Sockets: stream, datagram and local ones, timeouts, messages, addresses, selecting."""
import asyncio
import errno
import os
import selectors
import socket
import socketserver
import struct
import threading

with socket.create_server(("127.0.0.1", 0)) as server:
    address = server.getsockname()
    with socket.create_connection(address) as client:
        peer, _ = server.accept()
        client.sendall(b"x" * 100_000)
        client.shutdown(socket.SHUT_WR)
        received = 0
        while data := peer.recv(4096):
            received += len(data)
        print(received, peer.family, peer.type, peer.getpeername()[0])
        peer.settimeout(0.01)
        peer.close()
    server.settimeout(0.01)
    try:
        server.accept()
    except TimeoutError as error:
        print(repr(error))
    server.setblocking(False)
    try:
        server.accept()
    except BlockingIOError as error:
        print(error.errno == errno.EAGAIN)

left, right = socket.socketpair()
reader, writer = os.pipe()
left.sendmsg([b"ab", b"c"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", writer))])
data, control, flags, sender = right.recvmsg(10, socket.CMSG_SPACE(4))
print(data, [(level, kind, len(item)) for level, kind, item in control], flags, sender)
os.write(struct.unpack("i", control[0][2])[0], b"through")
print(os.read(reader, 10))
buffers = [bytearray(2), bytearray(5)]
left.send(b"xyz")
print(right.recvmsg_into(buffers)[:3], buffers)

selector = selectors.DefaultSelector()
selector.register(right, selectors.EVENT_READ, "data")
print(selector.select(0))
left.send(b"!")
print([(key.data, events) for key, events in selector.select(1)])

datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("127.0.0.1", 0))
datagrams.sendto(b"self", datagrams.getsockname())
print(datagrams.recvfrom(10)[0])
local = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
local.bind("\0minipy-golden-%d" % os.getpid())
print(local.getsockname()[:8])

for call in [
    lambda: socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM),
    lambda: socket.inet_pton(socket.AF_INET6, "::ffff:1.2.3.4"),
    lambda: socket.inet_ntop(socket.AF_INET6, b"\x20\x01" + b"\0" * 13 + b"\1"),
    lambda: socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV),
    lambda: socket.htons(1),
    lambda: socket.htonl(-1),
    lambda: socket.socket(fileno=-1),
    lambda: socket.socket().bind("x"),
    lambda: socket.socket().bind(("127.0.0.1", 70000)),
    lambda: socket.socket().connect(("::1::", 1)),
]:
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


class Upper(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.request.recv(100).upper())


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Upper) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_connection(server.server_address) as client:
        client.sendall(b"shout")
        print(client.recv(10))
    server.shutdown()


async def echo(reader, writer):
    writer.write(b"echo " + await reader.readline())
    await writer.drain()
    writer.close()


async def ask(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"%d\n" % number)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(await asyncio.gather(*(ask(port, number) for number in range(3))))
    server.close()
    process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    print(await process.communicate(b"through cat"), process.returncode)
    print(await asyncio.to_thread(sum, [1, 2]))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.02)
    except TimeoutError as error:
        print(repr(error))


asyncio.run(main())
