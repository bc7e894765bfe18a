# The sources that the oracle's own tests compile, and what becomes of each: for every snippet a line with its mode, flags,
# optimisation level and source in hexadecimal, a tab, and the answer. sys.argv[1] is ignored.
import ast, builtins, io, os, struct, sys, types, unittest, warnings, zlib

TESTS = """
test_syntax test_named_expressions test_type_params test_patma test_symtable test_future_stmt test_exceptions test_fstring
test_tstring test_grammar test_positional_only_arg test_keywordonlyarg test_unpack_ex test_scope test_global test_dictcomps
test_setcomps test_listcomps test_genexps test_coroutines test_asyncgen test_compile test_peepholer test_string_literals
test_except_star test_with test_generators test_super test_type_annotations test_annotationlib test_dis test_code test_codeop
test_compiler_codegen test_unparse test_ast test_eof test_unicode_identifiers test_flufl test_complex test_int_literal
test_syntax test_class test_decorators test_funcattrs test_typing test_builtin test_traceback test_sys_settrace test_descr
test_augassign test_format test_metaclass test_opcodes test_raise test_contextlib test_extcall test_call test_pep646_syntax
test_lambda test_list test_tuple test_parser test_cmd_line_script test_warnings test_exception_group test_monitoring
test_compileall test_inspect test_pyclbr test_type_aliases test_type_comments test_yield_from test_range test_slice
""".split()

seen = {}
real_compile, real_exec, real_eval = builtins.compile, builtins.exec, builtins.eval
MODES = ("exec", "eval", "single")
FLAGS = 0x2000 | 0x1fe0000

def record(source, mode, flags=0, optimize=-1):
    if isinstance(source, (bytes, bytearray)):
        source = bytes(source)
    elif isinstance(source, str):
        try:
            source = source.encode()
        except UnicodeError:
            return
    else:
        return
    if mode in MODES and len(source) < 20000 and optimize < 3 and not flags & ~FLAGS and isinstance(flags, int):
        seen.setdefault((mode, flags, max(optimize, 0), source))

def compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1):
    record(source, mode, flags, optimize)
    return real_compile(source, filename, mode, flags, True, optimize, _feature_version=_feature_version)

def exec(source, globals=None, locals=None, /, *, closure=None):
    frame = sys._getframe(1)
    if isinstance(source, (str, bytes)):
        record(source, "exec")
    if globals is None:
        globals = frame.f_globals
        if locals is None:
            locals = frame.f_locals
    if locals is None:
        locals = globals
    return real_exec(source, globals, locals, closure=closure)

def eval(source, globals=None, locals=None, /):
    frame = sys._getframe(1)
    if isinstance(source, str):
        record(source.lstrip(" \t"), "eval")
    if globals is None:
        globals = frame.f_globals
        if locals is None:
            locals = frame.f_locals
    if locals is None:
        locals = globals
    return real_eval(source, globals, locals)

def collect():
    builtins.compile, builtins.exec, builtins.eval = compile, exec, eval
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    for name in TESTS:
        try:
            suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
            unittest.TextTestRunner(stream=io.StringIO()).run(suite)
        except BaseException:
            pass
    builtins.compile, builtins.exec, builtins.eval = real_compile, real_exec, real_eval
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__

#FIELDS

def answer(mode, flags, optimize, source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = real_compile(source, "<snippet>", mode, flags, True, optimize)
        except SyntaxError as e:
            result = f"error {type(e).__name__} {e.msg} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"
        except BaseException as e:
            result = f"error {type(e).__name__}"
        else:
            texts = ["\t".join(f"{field}={value}" for field, value in fields(each)) for each in walk(code)]
            result = "ok " + (("|".join(texts)) if "--full" in sys.argv else f"{zlib.crc32('|'.join(texts).encode()):x}")
    texts = [f"{w.message} {w.lineno}" for w in caught if w.category is SyntaxWarning]
    return "".join(f"{text} / " for text in texts) + result

if len(sys.argv) > 2 and sys.argv[2] != "--full":
    for line in open(sys.argv[2]):
        mode, flags, optimize, source = line.split()
        seen[mode, int(flags), int(optimize), bytes.fromhex(source)] = None
else:
    import tempfile
    os.chdir(tempfile.mkdtemp())
    collect()
for mode, flags, optimize, source in seen:
    line = answer(mode, flags, optimize, source)
    print(mode, flags, optimize, source.hex() or "-", end="\t")
    print(line.replace("\n", "\\n").encode("ascii", "backslashreplace").decode(), flush=True)
