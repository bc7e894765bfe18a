//! The `._pth` file beside the program, which says all there is to say about `sys.path`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// A path file: with one, the run is isolated, the environment and `pyvenv.cfg` do not count, and the file's folder is the prefix.
pub struct PathFile {
    pub folder: PathBuf,
    pub entries: Vec<OsString>,
    /// Whether it has the line `import site`; otherwise `site` is left out.
    pub import_site: bool,
}

impl PathFile {
    /// The file that belongs to the program `executable`.
    pub fn of(executable: &OsStr) -> Option<PathFile> {
        let mut name = executable.to_owned();
        name.push("._pth");
        let text = std::fs::read(&name).ok()?;
        let folder = Path::new(executable).parent()?.to_owned();
        let mut file = PathFile { entries: Vec::new(), import_site: false, folder };
        for line in text.split(|&byte| byte == b'\n') {
            let line = line.split(|&byte| byte == b'#').next().unwrap_or_default().trim_ascii();
            if line == b"import site" {
                file.import_site = true;
            } else if line.starts_with(b"import ") {
                crate::startup::complain("unsupported 'import' line in ._pth file");
            } else if !line.is_empty() {
                file.entries.push(normal(&file.folder.join(OsStr::from_bytes(line))));
            }
        }
        Some(file)
    }
}

/// An absolute path without `.` and `..`.
fn normal(path: &Path) -> OsString {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole.into_os_string()
}
