"""What Linux has besides files, limits, users, terminals; waiting with poll and epoll."""
import fcntl
import grp
import os
import pwd
import resource
import select
import struct
import termios

reader, writer = os.pipe()
poll = select.poll()
poll.register(writer)
print(poll.poll(0) == [(writer, select.POLLOUT)])
with select.epoll() as epoll:
    epoll.register(writer, select.EPOLLOUT)
    print(epoll.poll(0) == [(writer, select.EPOLLOUT)], epoll.closed)
print(epoll.closed, select.select([reader], [writer], [], 0) == ([], [writer], []))

print(struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"1234")), fcntl.fcntl(reader, fcntl.F_GETFD))
print(pwd.getpwuid(0), pwd.getpwnam("root").pw_dir, grp.getgrgid(0).gr_name)
print(resource.getrlimit(resource.RLIMIT_NOFILE) == resource.prlimit(0, resource.RLIMIT_NOFILE))

main, terminal = os.openpty()
mode = termios.tcgetattr(terminal)
print(len(mode), len(mode[6]), mode[6][termios.VINTR], os.ttyname(terminal) == os.ptsname(main))
termios.tcsetwinsize(terminal, (24, 80))
print(termios.tcgetwinsize(main), os.get_terminal_size(terminal))

events = os.eventfd(3)
os.eventfd_write(events, 4)
print(os.eventfd_read(events))
memory, copy = os.memfd_create("memory"), os.memfd_create("copy")
os.write(memory, b"hello world")
print(os.sendfile(writer, memory, 6, 5), os.read(reader, 10))
print(os.copy_file_range(memory, copy, 5, 0, 0), os.pread(copy, 10, 0))
timer = os.timerfd_create(1)
print(os.timerfd_settime_ns(timer, initial=1_000_000), len(os.read(timer, 8)), os.timerfd_gettime(timer))

pid, terminal = os.forkpty()
if pid == 0:
    os.write(1, b"a terminal" if os.isatty(0) else b"none")
    os._exit(3)
print(os.read(terminal, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

for call in [
    lambda: fcntl.fcntl(reader, fcntl.F_GETFL, 1.5),
    lambda: fcntl.fcntl(reader, fcntl.F_GETFL, b"x" * 1025),
    lambda: poll.register(reader, -1),
    lambda: poll.modify(99, 1),
    lambda: poll.unregister(99),
    lambda: select.select([], [], [], -1),
    lambda: epoll.poll(),
    lambda: pwd.getpwnam("no such user"),
    lambda: grp.getgrgid(123456),
    lambda: resource.setrlimit(99, (1, 1)),
    lambda: resource.setrlimit(7, (10, 5)),
    lambda: termios.tcgetattr(reader),
    lambda: termios.tcsetattr(terminal, 0, []),
    lambda: os.setgroups(1),
    lambda: os.sched_setaffinity(0, [-1]),
    lambda: os.copy_file_range(memory, copy, -1),
    lambda: os.getxattr("/nosuch", "user.a"),
    lambda: os.confstr("x"),
    lambda: os.pathconf("/", "PC_NAME_MAX"),
    lambda: os.sched_param(3),
]:
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
