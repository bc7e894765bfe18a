//! The standard library inside the binary: a read-only tree of files, found by their path relative to the library's folder
//! (`json/decoder.py`), with the code of its modules if the feature `code` is on.
//!
//! Nothing happens at start-up and nothing is unpacked: a look-up is a binary search in a static table, and what it returns is a
//! slice of the executable's mapped image.

#![forbid(unsafe_code)]

/// A part of [`BLOB`].
struct Span {
    start: u32,
    len: u32,
}

impl Span {
    fn bytes(&self) -> &'static [u8] {
        &BLOB[self.start as usize..][..self.len as usize]
    }
}

struct Entry {
    name: Span,
    source: Span,
    /// Empty where there is no code.
    code: Span,
}

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stdlib.bin"));

// Sorted by name, bytewise.
include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// A file of the library.
#[derive(Clone, Copy)]
pub struct File {
    entry: &'static Entry,
}

impl File {
    /// The path relative to the library's folder, with `/` between its parts.
    pub fn path(self) -> &'static str {
        // The build script writes names from `String`s.
        std::str::from_utf8(self.entry.name.bytes()).unwrap_or_default()
    }

    /// The contents.
    pub fn source(self) -> &'static [u8] {
        self.entry.source.bytes()
    }

    /// The image (`minipy_bytecode::image`) of a module's code object, compiled at optimisation level 0; `None` if it was not
    /// compiled.
    pub fn code(self) -> Option<&'static [u8]> {
        Some(self.entry.code.bytes()).filter(|code| !code.is_empty())
    }
}

/// The file at `path`.
pub fn file(path: &str) -> Option<File> {
    let index = FILES.binary_search_by(|entry| entry.name.bytes().cmp(path.as_bytes())).ok()?;
    Some(File { entry: &FILES[index] })
}

/// The contents of the file at `path`.
pub fn source(path: &str) -> Option<&'static [u8]> {
    file(path).map(File::source)
}

/// The interned strings of all code: where each ends, and all of them.
pub fn code_strings() -> (&'static [u8], &'static [u8]) {
    (STRING_ENDS.bytes(), STRINGS.bytes())
}

/// The image of the code object of the module at `path`, if it was compiled.
pub fn code(path: &str) -> Option<&'static [u8]> {
    file(path)?.code()
}

/// Whether `path` is a folder of the library; the empty path is its root.
pub fn is_dir(path: &str) -> bool {
    path.is_empty() || !below(path).is_empty()
}

/// Whether the folder `path` (`json`, `xml/dom`) holds an `__init__.py`.
pub fn is_package(path: &str) -> bool {
    below(path).iter().any(|entry| &entry.name.bytes()[path.len() + 1..] == b"__init__.py")
}

/// The names in the folder `path`, sorted; `None` if there is no such folder.
pub fn list_dir(path: &str) -> Option<Vec<&'static str>> {
    if !is_dir(path) {
        return None;
    }
    let skip = if path.is_empty() { 0 } else { path.len() + 1 };
    let mut names: Vec<&'static str> = below(path)
        .iter()
        .filter_map(|entry| std::str::from_utf8(&entry.name.bytes()[skip..]).ok()?.split('/').next())
        .collect();
    names.sort_unstable();
    names.dedup();
    Some(names)
}

/// Every file of the library, sorted by path.
pub fn files() -> impl ExactSizeIterator<Item = File> {
    FILES.iter().map(|entry| File { entry })
}

/// The entries below the folder `path`: they stand together, because they share a prefix.
fn below(path: &str) -> &'static [Entry] {
    if path.is_empty() {
        return &FILES;
    }
    let key = |entry: &Entry| {
        let name = entry.name.bytes();
        let (head, rest) = name.split_at(path.len().min(name.len()));
        head.cmp(path.as_bytes()).then_with(|| match rest.first() {
            Some(byte) => byte.cmp(&b'/'),
            None => std::cmp::Ordering::Less,
        })
    };
    let start = FILES.partition_point(|entry| key(entry).is_lt());
    let end = FILES.partition_point(|entry| key(entry).is_le());
    &FILES[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_path() {
        assert!(source("os.py").is_some_and(|text| text.starts_with(b"r\"\"\"OS routines")));
        assert!(source("json/decoder.py").is_some());
        assert!(source("json").is_none());
        assert!(source("nothing.py").is_none());
        assert!(source("cProfile.py").is_some());
        assert!(source("_sysconfigdata__linux_x86_64-linux-gnu.py").is_some());
    }

    #[test]
    #[cfg(feature = "code")]
    fn modules_are_compiled() {
        let modules = files().filter(|file| file.path().ends_with(".py"));
        let missing: Vec<_> = modules.filter(|file| file.code().is_none()).map(File::path).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_table_is_sorted() {
        let paths: Vec<_> = files().map(File::path).collect();
        assert!(paths.is_sorted());
        assert!(paths.iter().all(|path| file(path).is_some_and(|file| file.path() == *path)));
    }

    #[test]
    fn folders_and_packages() {
        assert!(is_dir("") && is_dir("json") && is_dir("xml/dom"));
        assert!(!is_dir("os.py") && !is_dir("jso") && !is_dir("json/"));
        assert!(is_package("json") && is_package("xml/dom") && !is_package("pydoc_data/none"));
        assert_eq!(
            list_dir("json").unwrap(),
            ["__init__.py", "__main__.py", "decoder.py", "encoder.py", "scanner.py", "tool.py"]
        );
        assert!(list_dir("").unwrap().contains(&"json"));
        assert!(list_dir("jso").is_none());
    }

    #[test]
    fn the_packagers_changes_are_undone() {
        for file in files().filter(|file| file.path().ends_with(".py")) {
            let text = String::from_utf8_lossy(file.source());
            assert!(!text.contains("RUSTPYTHON") && !text.contains("'RustPython'"), "{}", file.path());
        }
    }
}
