//! Undoing what the packager of the library changed in CPython's files.

/// One edit of one file.
pub struct Patch {
    pub file: &'static str,
    pub edit: Edit,
}

pub enum Edit {
    /// The text, found exactly once, gives way to another.
    Replace(&'static str, &'static str),
    /// Everything from the first text, found exactly once, up to the next place of the second is left out.
    Cut(&'static str, &'static str),
    /// Everything from the text, found exactly once, is left out.
    Truncate(&'static str),
}

use Edit::{Cut, Replace, Truncate};

pub const PATCHES: &[Patch] = &[
    // What 3.14.8 does and the library's text, which is older, does not.
    Patch {
        file: "_pyrepl/console.py",
        edit: Replace(
            "        except (SyntaxError, OverflowError, ValueError):\n",
            "        except Exception:\n",
        ),
    },
    Patch {
        file: "_pyrepl/console.py",
        edit: Replace("            except (OverflowError, ValueError):\n", "            except Exception:\n"),
    },
    Patch {
        file: "_pyrepl/simple_interact.py",
        edit: Replace("    except (OverflowError, SyntaxError, ValueError):\n", "    except Exception:\n"),
    },
    Patch {
        file: "_pyrepl/unix_console.py",
        edit: Replace("from .console import", "from _colorize import ANSIColors\n\nfrom .console import"),
    },
    Patch {
        file: "_pyrepl/unix_console.py",
        edit: Replace(
            "        self.__disable_bracketed_paste()\n        self.__maybe",
            "        self.__write(ANSIColors.RESET)\n        self.__disable_bracketed_paste()\n        self.__maybe",
        ),
    },
    Patch {
        file: "_pyrepl/unix_console.py",
        edit: Replace(
            "        self.__write(\"\\n\\r\")\n",
            "        self.__write(ANSIColors.RESET)\n        self.__write(\"\\n\\r\")\n",
        ),
    },
    Patch {
        file: "_pyrepl/utils.py",
        edit: Replace(
            "| TI(T.OP, string=\"(\" | \"*\" | \"[\" | \"{\" | \"~\" | \"...\")",
            "| TI(T.OP, string=\"(\" | \"*\" | \"-\" | \"+\" | \"[\" | \"{\" | \"~\" | \"...\")",
        ),
    },
    // The spans above the first changed line go at once: one at a time, that takes longer than all else in a long block.
    Patch {
        file: "_pyrepl/utils.py",
        edit: Replace(
            "    while colors and colors[0].span.end < start_index:\n        # move past irrelevant spans\n        colors.pop(0)\n",
            "    if colors and colors[0].span.end < start_index:\n        # move past irrelevant spans\n        del colors[:sum(1 for _ in takewhile(lambda c: c.span.end < start_index, colors))]\n",
        ),
    },
    Patch {
        file: "_pyrepl/utils.py",
        edit: Replace(
            "from io import StringIO\n",
            "from io import StringIO\nfrom itertools import takewhile\n",
        ),
    },
    Patch { file: "_sitebuiltins.py", edit: Replace("self.__lines = None\n", "self.__lines = []\n") },
    Patch {
        file: "_sitebuiltins.py",
        edit: Replace(
            "    def __call__(self):\n        self.__setup()\n",
            "    def __call__(self):\n        try:\n            from _pyrepl.pager import get_pager\n        \
             except ImportError:\n            def get_pager():\n                \
             def pager(text, title: str = \"\") -> None:\n                    \
             print(title)\n                    print(text)\n                return pager\n\n        self.__setup()\n\n        \
             pager = get_pager()\n        text = \"\\n\".join(self.__lines)\n        pager(text, title=self.__name)\n",
        ),
    },
    Patch {
        file: "_sitebuiltins.py",
        edit: Cut("        prompt = 'Hit Return for more, or q", "\n\nclass _Helper"),
    },
    Patch {
        file: "code.py",
        edit: Replace(
            "        except (OverflowError, SyntaxError, ValueError):\n",
            "        except Exception:\n",
        ),
    },
    // CPython finds the library's files on disk; inside of the program only its finder can read them.
    Patch {
        file: "linecache.py",
        edit: Replace(
            "lazy_entry = entry if entry is not None and len(entry) == 1 else None\n",
            "lazy_entry = _embedded_entry(fullname) or (entry if entry is not None and len(entry) == 1 else None)\n",
        ),
    },
    Patch {
        file: "linecache.py",
        edit: Replace(
            "        key = _make_key(code)\n        _interactive_cache[key] = entry\n",
            "        key = _make_key(code)\n        _interactive_cache[key] = entry\n\n\n\
             def _embedded_entry(fullname):\n    import sys\n    \
             if not sys._stdlib_dir or not fullname.startswith(sys._stdlib_dir + '/'):\n        return None\n    \
             finder = sys.path_importer_cache.get(sys._stdlib_dir)\n    \
             get_data = getattr(finder, 'get_data', None)\n    \
             return get_data and (lambda: get_data(fullname).decode(),)\n",
        ),
    },
    Patch {
        file: "_compat_pickle.py",
        edit: Cut("# NOTE: RUSTPYTHON exceptions\n", "for excname in PYTHON2_EXCEPTIONS"),
    },
    Patch { file: "io.py", edit: Replace("open, open_code, BytesIO,", "open, open_code, FileIO, BytesIO,") },
    Patch { file: "io.py", edit: Cut("# XXX: RUSTPYTHON; FileIO needs", "\n# for seek()") },
    Patch {
        file: "io.py",
        edit: Replace(
            "if FileIO is not None:  # XXX: RUSTPYTHON; see the try/except above\n    RawIOBase",
            "RawIOBase",
        ),
    },
    Patch {
        file: "json/decoder.py",
        edit: Cut("    # RUSTPYTHON SPECIFIC\n", "    # Note that this exception"),
    },
    Patch {
        file: "platform.py",
        edit: Cut("\n        # XXX: RUSTPYTHON support\n", "        name = 'CPython'\n        if builddate"),
    },
    Patch {
        file: "site.py",
        edit: Replace("return 'RustPython' # XXX: RUSTPYTHON; for site-packages", "return 'Python'"),
    },
    Patch { file: "site.py", edit: Replace("    # XXX: RUSTPYTHON\n", "") },
    Patch { file: "site.py", edit: Replace("/lib/rustpython{", "/lib/python{") },
    // The library's text is of the time when `unicodedata` was that of Unicode 6; the tables of RFC 3454 are those of Unicode
    // 3.2, so a character that had no lower case then keeps its form.
    Patch {
        file: "stringprep.py",
        edit: Replace(
            "from unicodedata import ucd_3_2_0 as unicodedata\n\nassert unicodedata.unidata_version == '3.2.0'\n",
            "import unicodedata as _current\nfrom unicodedata import ucd_3_2_0 as unicodedata\n\n\
             assert _current.unidata_version == '16.0.0'\nassert unicodedata.unidata_version == '3.2.0'\n\n\
             # Palochka, Georgian, Cherokee, turned F, reversed C: cased since.\n\
             _uncased = {0x4C0, *range(0x10A0, 0x10C6), *range(0x13A0, 0x13F5), 0x2132, 0x2183}\n",
        ),
    },
    Patch {
        file: "stringprep.py",
        edit: Replace(
            "    return code.lower()\n",
            "    if ord(code) in _uncased or unicodedata.category(code) == 'Cn':\n        return code\n    return code.lower()\n",
        ),
    },
    Patch {
        file: "sysconfig/__init__.py",
        edit: Replace("return 'RustPython'  # XXX: RUSTPYTHON; For site-packages", "return 'Python'"),
    },
    Patch { file: "unittest/__init__.py", edit: Truncate("\n\n\n# XXX: RUSTPYTHON\n# This is very useful") },
];

/// Applies the patches for `file` to its text.
///
/// # Panics
/// When a text to be changed is not there: the library has changed, and the patches must follow.
pub fn apply(file: &str, text: String) -> String {
    let mut text = text;
    for patch in PATCHES.iter().filter(|patch| patch.file == file) {
        text = match patch.edit {
            Replace(old, new) => {
                assert!(text.matches(old).count() == 1, "{file}: expected once: {old:?}");
                text.replacen(old, new, 1)
            }
            Cut(from, to) => {
                assert!(text.matches(from).count() == 1, "{file}: expected once: {from:?}");
                let start = text.find(from).unwrap_or_default();
                let end =
                    text[start..].find(to).unwrap_or_else(|| panic!("{file}: expected: {to:?}")) + start;
                format!("{}{}", &text[..start], &text[end..])
            }
            Truncate(from) => {
                assert!(text.matches(from).count() == 1, "{file}: expected once: {from:?}");
                text[..text.find(from).unwrap_or_default()].to_owned()
            }
        };
    }
    assert!(!text.to_ascii_lowercase().contains("xxx: rustpython"), "{file}: an unknown change");
    text
}
