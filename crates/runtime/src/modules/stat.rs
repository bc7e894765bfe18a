//! `_stat`.

use minipy_macros::pymodule;
use minipy_vm::{PyModule, PyResult, Ref};

/// Constants and tests of file modes.
#[expect(non_snake_case, reason = "the functions have the names of C macros")]
#[pymodule(name = "_stat")]
pub mod functions {
    use super::*;

    /// Return the portion of the file's mode that can be set by os.chmod().
    #[pyfunction("(object, /)")]
    fn S_IMODE(object: u64) -> u64 {
        object & 0o7777
    }

    /// Return the portion of the file's mode that describes the file type.
    #[pyfunction("(object, /)")]
    fn S_IFMT(object: u64) -> u64 {
        object & 0o170000
    }

    /// Return True if mode is from a directory.
    #[pyfunction("(object, /)")]
    fn S_ISDIR(object: u64) -> bool {
        object & 0o170000 == 0o40000
    }

    /// Return True if mode is from a character special device file.
    #[pyfunction("(object, /)")]
    fn S_ISCHR(object: u64) -> bool {
        object & 0o170000 == 0o20000
    }

    /// Return True if mode is from a block special device file.
    #[pyfunction("(object, /)")]
    fn S_ISBLK(object: u64) -> bool {
        object & 0o170000 == 0o60000
    }

    /// Return True if mode is from a regular file.
    #[pyfunction("(object, /)")]
    fn S_ISREG(object: u64) -> bool {
        object & 0o170000 == 0o100000
    }

    /// Return True if mode is from a FIFO (named pipe).
    #[pyfunction("(object, /)")]
    fn S_ISFIFO(object: u64) -> bool {
        object & 0o170000 == 0o10000
    }

    /// Return True if mode is from a symbolic link.
    #[pyfunction("(object, /)")]
    fn S_ISLNK(object: u64) -> bool {
        object & 0o170000 == 0o120000
    }

    /// Return True if mode is from a socket.
    #[pyfunction("(object, /)")]
    fn S_ISSOCK(object: u64) -> bool {
        object & 0o170000 == 0o140000
    }

    /// Return True if mode is from a door, which this system does not have.
    #[pyfunction("(object, /)")]
    fn S_ISDOOR(object: u64) -> bool {
        let _ = object;
        false
    }

    /// Return True if mode is from a event port, which this system does not have.
    #[pyfunction("(object, /)")]
    fn S_ISPORT(object: u64) -> bool {
        let _ = object;
        false
    }

    /// Return True if mode is from a whiteout, which this system does not have.
    #[pyfunction("(object, /)")]
    fn S_ISWHT(object: u64) -> bool {
        let _ = object;
        false
    }

    /// Convert a file's mode to a string of the form '-rwxrwxrwx'
    #[pyfunction("(object, /)")]
    fn filemode(object: u64) -> String {
        super::mode_text(object as u32)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        for &(name, number) in super::CONSTANTS {
            namespace.insert(name, number);
        }
        Ok(())
    }
}

pub use functions::MODULE;

fn mode_text(mode: u32) -> String {
    let kind = match mode & 0o170000 {
        0o100000 => '-',
        0o040000 => 'd',
        0o120000 => 'l',
        0o020000 => 'c',
        0o060000 => 'b',
        0o010000 => 'p',
        0o140000 => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, set) in [(6, 0o4000, ['S', 's']), (3, 0o2000, ['S', 's']), (0, 0o1000, ['T', 't'])] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        let executable = bits & 1 != 0;
        text.push(match (mode & special != 0, executable) {
            (true, executable) => set[usize::from(executable)],
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    text
}

static CONSTANTS: &[(&str, i64)] = &[
    ("SF_APPEND", 262144),
    ("SF_ARCHIVED", 65536),
    ("SF_DATALESS", 1073741824),
    ("SF_FIRMLINK", 8388608),
    ("SF_IMMUTABLE", 131072),
    ("SF_NOUNLINK", 1048576),
    ("SF_SETTABLE", 4294901760),
    ("SF_SNAPSHOT", 2097152),
    ("ST_ATIME", 7),
    ("ST_CTIME", 9),
    ("ST_DEV", 2),
    ("ST_GID", 5),
    ("ST_INO", 1),
    ("ST_MODE", 0),
    ("ST_MTIME", 8),
    ("ST_NLINK", 3),
    ("ST_SIZE", 6),
    ("ST_UID", 4),
    ("S_ENFMT", 0o2000),
    ("S_IEXEC", 0o100),
    ("S_IFBLK", 0o60000),
    ("S_IFCHR", 0o20000),
    ("S_IFDIR", 0o40000),
    ("S_IFDOOR", 0o0),
    ("S_IFIFO", 0o10000),
    ("S_IFLNK", 0o120000),
    ("S_IFPORT", 0o0),
    ("S_IFREG", 0o100000),
    ("S_IFSOCK", 0o140000),
    ("S_IFWHT", 0o0),
    ("S_IREAD", 0o400),
    ("S_IRGRP", 0o40),
    ("S_IROTH", 0o4),
    ("S_IRUSR", 0o400),
    ("S_IRWXG", 0o70),
    ("S_IRWXO", 0o7),
    ("S_IRWXU", 0o700),
    ("S_ISGID", 0o2000),
    ("S_ISUID", 0o4000),
    ("S_ISVTX", 0o1000),
    ("S_IWGRP", 0o20),
    ("S_IWOTH", 0o2),
    ("S_IWRITE", 0o200),
    ("S_IWUSR", 0o200),
    ("S_IXGRP", 0o10),
    ("S_IXOTH", 0o1),
    ("S_IXUSR", 0o100),
    ("UF_APPEND", 4),
    ("UF_COMPRESSED", 32),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 32768),
    ("UF_IMMUTABLE", 2),
    ("UF_NODUMP", 1),
    ("UF_NOUNLINK", 16),
    ("UF_OPAQUE", 8),
    ("UF_SETTABLE", 65535),
    ("UF_TRACKED", 64),
];
