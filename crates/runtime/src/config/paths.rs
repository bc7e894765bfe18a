//! Where the program, its library and its modules are: what `getpath` works out in CPython.

use super::Environment;
use super::options::CommandLine;
use super::path_file::PathFile;
use crate::path::absolute;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The paths of a run.
#[derive(Clone, Debug)]
pub struct Paths {
    /// `sys.executable`: the program as it was called, empty if that cannot be found.
    pub executable: OsString,
    /// `sys._base_executable`: outside a virtual environment the same.
    pub base_executable: OsString,
    pub prefix: OsString,
    pub exec_prefix: OsString,
    pub base_prefix: OsString,
    pub base_exec_prefix: OsString,
    pub platlibdir: String,
    pub stdlib_dir: String,
    /// Whether the library comes from `stdlib_dir` on disk rather than from the binary.
    pub stdlib_on_disk: bool,
    /// PYTHONHOME as it was given.
    pub home: Option<OsString>,
    /// PYTHONPATH as it was given.
    pub python_path: Option<OsString>,
    /// `sys.path` before `site` and the program's own folder.
    pub path: Vec<OsString>,
    /// Whether a `._pth` file wants `site`, if there is such a file.
    pub path_file_site: Option<bool>,
}

impl Paths {
    /// Finds the paths for a program called as `program`.
    pub fn find(line: &CommandLine, environment: Environment, program: &OsStr) -> Paths {
        let executable = find_executable(program);
        // The file that runs is there even when nobody can tell how it was called.
        let real = std::env::current_exe().unwrap_or_else(|_| executable.clone().into());
        let path_file = PathFile::of(&executable);
        let environment = Environment { ignored: environment.ignored || path_file.is_some() };
        let venv = VirtualEnvironment::of(Path::new(&executable)).filter(|_| path_file.is_none());
        let home = match &path_file {
            Some(file) => Some(file.folder.clone().into_os_string()),
            None => environment.get("PYTHONHOME"),
        };
        let platlibdir = environment.get("PYTHONPLATLIBDIR");
        let platlibdir =
            platlibdir.map_or_else(|| "lib".to_owned(), |dir| dir.to_string_lossy().into_owned());
        let venv_home = venv.as_ref().and_then(|venv| venv.home.clone()).filter(|_| home.is_none());
        let bin = venv_home.clone().or_else(|| real.parent().map(Path::to_owned)).unwrap_or_default();
        let own = bin.parent().map_or_else(|| "/usr/local".into(), |p| p.as_os_str().to_owned());
        let (base_prefix, base_exec_prefix) = match &home {
            Some(home) => split_home(home),
            None => (own.clone(), own),
        };
        let base_executable = match &venv_home {
            Some(home) => base_executable(home, Path::new(&executable), &real),
            None => executable.clone(),
        };
        let venv_root = venv.map(|venv| venv.root.into_os_string());
        let library = Path::new(&base_prefix).join(&platlibdir);
        let mut stdlib_dir = library.join("python3.14").to_string_lossy().into_owned();
        // Only the executable's own prefix is looked at, not the folders above it as CPython does: the embedded library is
        // always there, and a library of the system's Python must not replace it by accident.
        let mut stdlib_on_disk =
            home.is_some() && path_file.is_none() || Path::new(&stdlib_dir).join("os.py").is_file();
        if let Some(Some(folder)) = line.x_option("stdlib") {
            stdlib_dir = folder.to_string_lossy().into_owned();
            stdlib_on_disk = true;
        }
        let python_path = environment.get("PYTHONPATH");
        let mut path: Vec<OsString> = Vec::new();
        if let Some(entries) = &python_path {
            let entries = entries.as_bytes().split(|&byte| byte == b':');
            path.extend(entries.map(|entry| absolute(OsStr::from_bytes(entry))));
        }
        path.push(library.join("python314.zip").into());
        path.push(stdlib_dir.clone().into());
        path.push(match &home {
            Some(_) => Path::new(&base_exec_prefix).join(&platlibdir).join("python3.14/lib-dynload").into(),
            None => format!("{stdlib_dir}/lib-dynload").into(),
        });
        let path_file_site = path_file.as_ref().map(|file| file.import_site);
        if let Some(file) = path_file {
            path = file.entries;
        }
        Paths {
            executable,
            base_executable,
            prefix: venv_root.clone().unwrap_or_else(|| base_prefix.clone()),
            exec_prefix: venv_root.unwrap_or_else(|| base_exec_prefix.clone()),
            base_prefix,
            base_exec_prefix,
            platlibdir,
            stdlib_dir,
            stdlib_on_disk,
            home,
            python_path,
            path,
            path_file_site,
        }
    }

    /// Says on standard error where everything was looked for.
    pub fn dump(&self) {
        let config = super::current();
        let flag = |get: fn(&super::Config) -> bool| i32::from(config.is_some_and(get));
        let shown = |path: &OsStr| format!("'{}'", path.to_string_lossy());
        let or_not_set = |path: &Option<OsString>| {
            path.as_ref().map_or_else(|| "(not set)".to_owned(), |path| shown(path))
        };
        let program = config.and_then(|config| config.orig_argv.first().cloned()).unwrap_or_default();
        let entries: String = self.path.iter().map(|entry| format!("    {},\n", shown(entry))).collect();
        let text = [
            "Python path configuration:".to_owned(),
            format!("PYTHONHOME = {}", or_not_set(&self.home)),
            format!("PYTHONPATH = {}", or_not_set(&self.python_path)),
            format!("program name = {}", shown(&program)),
            format!("isolated = {}", flag(|config| config.isolated)),
            format!("environment = {}", flag(|config| !config.ignore_environment)),
            format!("user site = {}", flag(|config| !config.no_user_site)),
            format!("safe_path = {}", flag(|config| config.safe_path)),
            format!("import site = {}", flag(|config| !config.no_site)),
            "is in build tree = 0".to_owned(),
            format!("stdlib dir = '{}'", self.stdlib_dir),
            "sys.path[0] = (not set)".to_owned(),
            format!("sys._base_executable = {}", shown(&self.base_executable)),
            format!("sys.base_prefix = {}", shown(&self.base_prefix)),
            format!("sys.base_exec_prefix = {}", shown(&self.base_exec_prefix)),
            format!("sys.platlibdir = '{}'", self.platlibdir),
            format!("sys.executable = {}", shown(&self.executable)),
            format!("sys.prefix = {}", shown(&self.prefix)),
            format!("sys.exec_prefix = {}", shown(&self.exec_prefix)),
            format!("sys.path = [\n{entries}  ]"),
        ];
        crate::startup::complain(&text.join("\n  "));
    }
}

/// PYTHONHOME: one prefix, or one for each kind of file.
fn split_home(home: &OsStr) -> (OsString, OsString) {
    let bytes = home.as_bytes();
    match bytes.iter().position(|&byte| byte == b':') {
        Some(at) => (OsString::from_vec(bytes[..at].to_vec()), OsString::from_vec(bytes[at + 1..].to_vec())),
        None => (home.to_owned(), home.to_owned()),
    }
}

/// The absolute name of the program, looked up in PATH as a shell would; empty if it is not there.
fn find_executable(program: &OsStr) -> OsString {
    if program.as_bytes().contains(&b'/') {
        return absolute(program);
    }
    let name = if program.is_empty() { OsStr::new("python3") } else { program };
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|file| is_executable(file))
        .map_or_else(OsString::new, |file| absolute(file.as_os_str()))
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// A virtual environment (PEP 405).
struct VirtualEnvironment {
    root: PathBuf,
    /// The folder of the base installation's program.
    home: Option<PathBuf>,
}

impl VirtualEnvironment {
    /// The environment that `executable` belongs to: a `pyvenv.cfg` stands beside it or a folder above.
    fn of(executable: &Path) -> Option<VirtualEnvironment> {
        let bin = executable.parent()?;
        for folder in [Some(bin), bin.parent()].into_iter().flatten() {
            if let Ok(text) = std::fs::read(folder.join("pyvenv.cfg")) {
                let text = String::from_utf8_lossy(&text);
                let home = text.lines().find_map(|line| {
                    let (key, value) = line.split_once('=')?;
                    key.trim().eq_ignore_ascii_case("home").then(|| PathBuf::from(value.trim()))
                });
                return Some(VirtualEnvironment { root: folder.to_owned(), home });
            }
        }
        None
    }
}

/// The base installation's program: of the same name in `home` if there is one, else what the environment's is a link to.
fn base_executable(home: &Path, executable: &Path, real: &Path) -> OsString {
    let same = home.join(executable.file_name().unwrap_or_default());
    let file = if same.is_file() { same } else { real.to_owned() };
    file.into_os_string()
}
