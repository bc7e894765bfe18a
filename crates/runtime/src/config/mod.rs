//! What the command line and the environment ask for.
//!
//! [`Config::from_args`] works in CPython's order, because that order decides which of several mistakes is reported: the locale
//! and UTF-8 mode (`locale.rs`), the command line (`options.rs`, `help.rs`), the other settings (`settings.rs`), the paths
//! (`paths.rs`).

mod help;
mod locale;
mod options;
mod path_file;
mod paths;
mod settings;

use locale::Locale;
use minipy_vm::types::int::convert;
use options::{CommandLine, NoRun};
pub use options::{Run, split_x_option};
pub use paths::Paths;
pub use settings::Settings;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

/// The configuration of a run.
#[derive(Clone, Debug)]
pub struct Config {
    pub run: Run,
    pub argv: Vec<OsString>,
    pub orig_argv: Vec<OsString>,
    pub debug: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub optimize: u32,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u32,
    pub bytes_warning: u32,
    pub quiet: bool,
    pub unbuffered: bool,
    pub isolated: bool,
    pub safe_path: bool,
    pub skip_first_line: bool,
    pub utf8_mode: bool,
    /// `--check-hash-based-pycs`: `always`, `never` or `default`.
    pub check_hash_pycs: &'static str,
    pub warn_options: Vec<OsString>,
    /// The `-X` options as they were given.
    pub x_options: Vec<OsString>,
    pub settings: Settings,
    pub paths: Paths,
}

/// A run that ends before Python begins: what goes to which stream, and the exit status.
#[derive(Debug, Default)]
pub struct Ending {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub status: i32,
}

impl Ending {
    /// A setting that the interpreter cannot start with. `place` is CPython's name of the step that found it.
    fn fatal(place: &str, message: &str, state: &str) -> Ending {
        let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
        let text = format!("Fatal Python error: {place}{message}\nPython runtime state: {state}\n\n");
        Ending { stderr: text.into_bytes(), status: 1, ..Ending::default() }
    }

    fn of(reason: &NoRun, program: &OsStr) -> Ending {
        let program = program.as_bytes();
        match reason {
            NoRun::Help(page) => Ending { stdout: help::page(*page, program), ..Ending::default() },
            NoRun::Version(long) => {
                let (major, minor, micro) = crate::sys::VERSION;
                let version = if *long { crate::sys::version() } else { format!("{major}.{minor}.{micro}") };
                Ending { stdout: format!("Python {version}\n").into_bytes(), ..Ending::default() }
            }
            NoRun::Usage(complaint) => {
                let mut stderr = complaint.clone();
                if !stderr.is_empty() {
                    stderr.push(b'\n');
                }
                stderr.extend(help::usage(program));
                stderr.extend(b"Try `python -h' for more information.\n");
                Ending { stderr, status: 2, ..Ending::default() }
            }
        }
    }
}

/// The environment variables that count.
#[derive(Clone, Copy)]
pub struct Environment {
    ignored: bool,
}

impl Environment {
    /// A variable that is set and not empty.
    fn get(self, name: &str) -> Option<OsString> {
        if self.ignored {
            return None;
        }
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    fn is_set(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A variable that counts: an option given `given` times is raised to its number, 1 if that is none.
    fn raise(self, given: u32, name: &str) -> u32 {
        match self.get(name) {
            Some(value) => {
                given.max(parse_int(&value).and_then(|number| u32::try_from(number).ok()).unwrap_or(1))
            }
            None => given,
        }
    }
}

/// An int of 32 bits in decimal, blanks before it allowed; an empty text is 0, as for C's `strtol`.
fn parse_int(text: &OsStr) -> Option<i32> {
    let text = text.to_str()?;
    if text.is_empty() {
        return Some(0);
    }
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    text.strip_prefix('+').filter(|rest| !rest.starts_with('-')).unwrap_or(text).parse().ok()
}

static CONFIG: OnceLock<Config> = OnceLock::new();

/// The configuration of this run; `None` before there is one.
pub fn current() -> Option<&'static Config> {
    CONFIG.get()
}

/// The optimisation level of the run, which the compiler knows up to 2.
pub fn optimize() -> u8 {
    current().map_or(0, |config| config.optimize.min(2) as u8)
}

pub fn int_max_str_digits() -> i64 {
    convert::max_str_digits() as i64
}

pub fn set_int_max_str_digits(digits: i64) {
    convert::set_max_str_digits(digits.max(0) as usize);
}

impl Config {
    /// Reads the command line (`args[0]` is the program) and the environment, and makes the result [`current`].
    ///
    /// # Errors
    /// What to print instead of running a program.
    pub fn from_args(args: Vec<OsString>) -> Result<&'static Config, Ending> {
        let line = CommandLine::parse(&args);
        let environment = Environment { ignored: line.ignore_environment };
        let program = args.first().map_or(OsStr::new("minipy"), OsString::as_os_str).to_owned();
        let locale = Locale::prepare(&line, environment)?;
        settings::check_allocator(environment)?;
        if let Some(reason) = &line.no_run {
            return Err(Ending::of(reason, &program));
        }
        let settings = Settings::read(&line, environment, &locale)?;
        let paths = Paths::find(&line, environment, &program);
        let isolated = line.isolated || paths.path_file_site.is_some();
        let warn_options = warn_options(&line, environment, settings.dev_mode);
        let config = Config {
            debug: environment.raise(line.debug, "PYTHONDEBUG") > 0,
            inspect: line.inspect > 0 || environment.is_set("PYTHONINSPECT"),
            interactive: line.interactive > 0,
            optimize: environment.raise(line.optimize, "PYTHONOPTIMIZE"),
            dont_write_bytecode: environment
                .raise(u32::from(line.dont_write_bytecode), "PYTHONDONTWRITEBYTECODE")
                > 0,
            no_user_site: environment.raise(u32::from(line.no_user_site), "PYTHONNOUSERSITE") > 0,
            no_site: line.no_site || paths.path_file_site == Some(false),
            ignore_environment: line.ignore_environment || isolated,
            verbose: environment.raise(line.verbose, "PYTHONVERBOSE"),
            bytes_warning: line.bytes_warning,
            quiet: line.quiet,
            unbuffered: environment.raise(u32::from(line.unbuffered), "PYTHONUNBUFFERED") > 0,
            isolated,
            safe_path: line.safe_path || isolated || environment.is_set("PYTHONSAFEPATH"),
            skip_first_line: line.skip_first_line,
            utf8_mode: locale.utf8_mode,
            check_hash_pycs: line.check_hash_pycs.unwrap_or("default"),
            run: line.run.unwrap_or(Run::Stdin),
            argv: line.argv,
            orig_argv: args,
            warn_options,
            x_options: line.x_options,
            settings,
            paths,
        };
        set_int_max_str_digits(config.settings.int_max_str_digits.into());
        Ok(CONFIG.get_or_init(|| config))
    }
}

/// `sys.warnoptions`: what comes later wins; what is repeated counts where it was first.
fn warn_options(line: &CommandLine, environment: Environment, dev_mode: bool) -> Vec<OsString> {
    let mut options: Vec<OsString> = Vec::new();
    if dev_mode {
        options.push("default".into());
    }
    let variable = environment.get("PYTHONWARNINGS").unwrap_or_default();
    let parts = variable.as_bytes().split(|&byte| byte == b',').filter(|part| !part.is_empty());
    options.extend(parts.map(|part| OsStr::from_bytes(part).to_owned()));
    options.extend(line.warn_options.iter().cloned());
    match line.bytes_warning {
        0 => {}
        1 => options.push("default::BytesWarning".into()),
        _ => options.push("error::BytesWarning".into()),
    }
    let mut seen = std::collections::HashSet::new();
    options.retain(|option| seen.insert(option.clone()));
    options
}
