import os, pathlib, tempfile, shutil, glob
P = pathlib.PurePosixPath
p = P("/usr/lib/python3/x.tar.gz"); print(p.name, p.stem, p.suffix, p.suffixes, p.parent, p.parts, p / "y", p.with_suffix(".zip"), p.with_name("z"), p.relative_to("/usr"), p.is_absolute(), p.match("*.gz"), P("a") / "/b", P("a/../b"), P("a//b/./c"), list(P("/a/b").parents), P("x") < P("y"), p.as_uri(), P("a").joinpath("b", "c"), repr(P("q")), P("/a/b").is_relative_to("/a"))
print(os.path.join("a", "b", "/c"), os.path.split("/a/b.txt"), os.path.splitext("a.b.c"), os.path.normpath("a/../b/./c//d"), os.path.dirname("/x/y"), os.path.isabs("/a"), os.path.commonpath(["/a/b", "/a/c"]), os.path.relpath("/a/b", "/a/c"), os.sep, os.linesep == "\n", os.path.expanduser("~") != "")
d = pathlib.Path(tempfile.mkdtemp()); f = d / "a.txt"; f.write_text("héllo\n"); (d / "sub").mkdir(); (d / "sub" / "b.py").write_bytes(b"x=1")
print(f.read_text(), f.exists(), f.is_file(), d.is_dir(), sorted(x.name for x in d.iterdir()), sorted(str(x.relative_to(d)) for x in d.rglob("*")), f.stat().st_size, [x.name for x in d.glob("*.txt")], sorted(os.path.basename(x) for x in glob.glob(str(d / "*"))), [(os.path.relpath(r, d), sorted(ds), sorted(fs)) for r, ds, fs in os.walk(d)])
f.rename(d / "c.txt"); (d / "c.txt").unlink(); print(sorted(os.listdir(d)), (d / "nope").exists()); shutil.copytree(d / "sub", d / "copy"); print(sorted(e.name for e in os.scandir(d) if e.is_dir()))
for op in (lambda: (d / "nope").read_text(), lambda: (d / "sub").mkdir(), lambda: os.rmdir(d), lambda: (d / "sub").read_text(), lambda: os.listdir(d / "zz")):
    try: op()
    except OSError as e: print(type(e).__name__, e.errno, e.strerror)
shutil.rmtree(d); print(d.exists()); os.environ["MY_VAR"] = "v"; print(os.environ.get("MY_VAR"), os.getenv("NOPE", "dflt"), "MY_VAR" in os.environ); del os.environ["MY_VAR"]
import subprocess, sys
r = subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read().upper()); sys.exit(3)"], input="hi", capture_output=True, text=True); print(r.returncode, r.stdout, r.stderr)
print(subprocess.check_output(["echo", "x"]), subprocess.getoutput("echo y"), subprocess.run(["false"]).returncode)
try: subprocess.run(["/no/such/prog"])
except FileNotFoundError as e: print(e.filename)
