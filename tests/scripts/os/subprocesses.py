"""Starting programs: pipes, descriptors, the child's surroundings, errors."""
import os
import subprocess
import sys

sys.stdout.reconfigure(line_buffering=True)

print(subprocess.run(["echo", "hi"], capture_output=True))
print(subprocess.check_output("echo $FOO; pwd", shell=True, env={"FOO": "bar", "PATH": os.environ["PATH"]}, cwd="/"))
process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(process.communicate(b"x" * 300_000)[0] == b"x" * 300_000, process.returncode)

for arguments, options in [
    (["/nosuch"], {}),
    (["echo"], {"cwd": "/nosuch"}),
    (["sleep", "5"], {"timeout": 0.1}),
    (["/"], {}),
]:
    try:
        subprocess.run(arguments, **options)
    except Exception as error:
        print(type(error).__name__, error)


def announce():
    os.write(1, b"before\n")


def fail():
    raise ValueError


subprocess.run(["echo", "after"], preexec_fn=announce)
try:
    subprocess.run(["echo"], preexec_fn=fail)
except subprocess.SubprocessError as error:
    print(repr(error))

reader, writer = os.pipe()
subprocess.run(["sh", "-c", f"echo passed >&{writer}"], pass_fds=[writer])
print(os.read(reader, 100))
failed = subprocess.run(["sh", "-c", f"echo closed >&{writer}"], stderr=subprocess.DEVNULL)
print(failed.returncode != 0)

print(subprocess.run(["sh", "-c", "umask; kill -9 $$"], umask=0o077, start_new_session=True, stdout=subprocess.PIPE))
print(subprocess.getstatusoutput("exit 3"))
process = subprocess.Popen(["sleep", "10"])
process.terminate()
print(process.wait())

path = "/bin/sh"
status = os.waitpid(
    os.posix_spawn(
        path,
        ["sh", "-c", "echo spawned; exit 5"],
        {},
        file_actions=[(os.POSIX_SPAWN_DUP2, 1, 2), (os.POSIX_SPAWN_CLOSE, 0)],
        setsigmask=[2],
        resetids=True,
    ),
    0,
)[1]
print(os.waitstatus_to_exitcode(status))
