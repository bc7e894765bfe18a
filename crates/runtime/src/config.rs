//! What the command line and the environment ask for.

use minipy_vm::types::int::convert;
use std::sync::atomic::{AtomicU8, Ordering};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// `-c text`
    Command(String),
    /// `-m name`
    Module(String),
    /// A script, a folder or a zip file.
    Script(String),
    /// Standard input: a session on a terminal, a script otherwise.
    Stdin,
    /// `-V`: the version only.
    Version(bool),
    /// `-h`
    Help,
}

/// The configuration of a run.
#[derive(Clone, Debug)]
pub struct Config {
    pub run: Run,
    pub argv: Vec<String>,
    pub orig_argv: Vec<String>,
    pub debug: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub optimize: u8,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u8,
    pub bytes_warning: u8,
    pub quiet: bool,
    pub unbuffered: bool,
    pub hash_seed: Option<u32>,
    pub isolated: bool,
    pub dev_mode: bool,
    /// Whether `faulthandler` is enabled from the start.
    pub fault_handler: bool,
    pub safe_path: bool,
    pub warn_options: Vec<String>,
    pub x_options: Vec<(String, Option<String>)>,
    pub pycache_prefix: Option<String>,
    pub executable: String,
    pub prefix: String,
    pub stdlib_dir: String,
    /// Whether the library comes from `stdlib_dir` on disk rather than from the binary.
    pub stdlib_on_disk: bool,
    pub path: Vec<String>,
}

/// A command line that cannot be run: a message and an exit status.
#[derive(Debug)]
pub struct UsageError {
    pub message: String,
    pub status: i32,
}

static OPTIMIZE: AtomicU8 = AtomicU8::new(0);

/// The optimisation level of the run.
pub fn optimize() -> u8 {
    OPTIMIZE.load(Ordering::Relaxed)
}

pub fn int_max_str_digits() -> i64 {
    convert::max_str_digits() as i64
}

pub fn set_int_max_str_digits(digits: i64) {
    convert::set_max_str_digits(digits.max(0) as usize);
}

fn usage(message: impl Into<String>) -> UsageError {
    let usage = "usage: minipy [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `minipy -h' for more information.";
    UsageError { message: format!("{}\n{usage}", message.into()), status: 2 }
}

/// An environment variable that is set and not empty.
fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()).filter(|v| !v.is_empty())
}

impl Config {
    /// Reads the command line (`args[0]` is the program) and the environment.
    pub fn from_args(args: Vec<String>) -> Result<Config, UsageError> {
        let mut config = Config {
            run: Run::Stdin,
            argv: vec![String::new()],
            orig_argv: args.clone(),
            debug: false,
            inspect: false,
            interactive: false,
            optimize: 0,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: false,
            unbuffered: false,
            hash_seed: None,
            isolated: false,
            dev_mode: false,
            fault_handler: false,
            safe_path: false,
            warn_options: Vec::new(),
            x_options: Vec::new(),
            pycache_prefix: None,
            executable: String::new(),
            prefix: String::new(),
            stdlib_dir: String::new(),
            stdlib_on_disk: false,
            path: Vec::new(),
        };
        config.parse_args(&args)?;
        if !config.ignore_environment {
            config.read_environment()?;
        }
        config.read_x_options();
        config.find_paths(args.first().map_or("minipy", |s| s));
        OPTIMIZE.store(config.optimize, Ordering::Relaxed);
        Ok(config)
    }

    fn parse_args(&mut self, args: &[String]) -> Result<(), UsageError> {
        let mut rest = args.iter().skip(1).cloned().collect::<std::collections::VecDeque<_>>();
        let mut version = 0;
        'options: while let Some(arg) = rest.front().cloned() {
            if arg == "-" || !arg.starts_with('-') {
                break;
            }
            rest.pop_front();
            if arg == "--" {
                break;
            }
            if let Some(long) = arg.strip_prefix("--") {
                match long {
                    "help" | "help-all" | "help-env" | "help-xoptions" => self.run = Run::Help,
                    "version" => version = 1,
                    "check-hash-based-pycs" => {
                        rest.pop_front();
                    }
                    _ => return Err(usage(format!("unknown option --{long}"))),
                }
                continue;
            }
            let letters = arg[1..].char_indices();
            for (at, letter) in letters {
                let tail = &arg[1 + at + letter.len_utf8()..];
                let mut argument = |what: char| match tail {
                    "" => rest
                        .pop_front()
                        .ok_or_else(|| usage(format!("Argument expected for the -{what} option"))),
                    tail => Ok(tail.to_owned()),
                };
                match letter {
                    'b' => self.bytes_warning += 1,
                    'B' => self.dont_write_bytecode = true,
                    'd' => self.debug = true,
                    'E' => self.ignore_environment = true,
                    'h' | '?' => self.run = Run::Help,
                    'i' => {
                        self.inspect = true;
                        self.interactive = true;
                    }
                    'I' => {
                        self.isolated = true;
                        self.ignore_environment = true;
                        self.no_user_site = true;
                        self.safe_path = true;
                    }
                    'O' => self.optimize = (self.optimize + 1).min(2),
                    'P' => self.safe_path = true,
                    'q' => self.quiet = true,
                    'R' => {}
                    's' => self.no_user_site = true,
                    'S' => self.no_site = true,
                    'u' => self.unbuffered = true,
                    'v' => self.verbose += 1,
                    'V' => version += 1,
                    'x' => {}
                    'W' => {
                        self.warn_options.push(argument('W')?);
                        continue 'options;
                    }
                    'X' => {
                        let option = argument('X')?;
                        let (name, value) = match option.split_once('=') {
                            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                            None => (option, None),
                        };
                        self.x_options.push((name, value));
                        continue 'options;
                    }
                    'c' => {
                        self.run = Run::Command(argument('c')? + "\n");
                        self.argv = std::iter::once("-c".to_owned()).chain(rest).collect();
                        return Ok(());
                    }
                    'm' => {
                        self.run = Run::Module(argument('m')?);
                        self.argv = std::iter::once("-m".to_owned()).chain(rest).collect();
                        return Ok(());
                    }
                    other => return Err(usage(format!("Unknown option: -{other}"))),
                }
            }
        }
        if version > 0 {
            self.run = Run::Version(version > 1);
            return Ok(());
        }
        if self.run == Run::Help {
            return Ok(());
        }
        if let Some(first) = rest.front() {
            self.run = if first == "-" { Run::Stdin } else { Run::Script(first.clone()) };
            self.argv = rest.into();
        }
        Ok(())
    }

    fn read_environment(&mut self) -> Result<(), UsageError> {
        let number = |name: &str| environment(name).map_or(0, |v| v.parse::<u8>().unwrap_or(1));
        self.optimize = self.optimize.max(number("PYTHONOPTIMIZE").min(2));
        self.verbose = self.verbose.max(number("PYTHONVERBOSE"));
        self.dont_write_bytecode |= environment("PYTHONDONTWRITEBYTECODE").is_some();
        self.no_user_site |= environment("PYTHONNOUSERSITE").is_some();
        self.unbuffered |= environment("PYTHONUNBUFFERED").is_some();
        self.inspect |= environment("PYTHONINSPECT").is_some();
        self.debug |= environment("PYTHONDEBUG").is_some();
        self.safe_path |= environment("PYTHONSAFEPATH").is_some();
        self.dev_mode |= environment("PYTHONDEVMODE").is_some();
        self.fault_handler |= environment("PYTHONFAULTHANDLER").is_some();
        self.pycache_prefix = environment("PYTHONPYCACHEPREFIX");
        if let Some(warnings) = environment("PYTHONWARNINGS") {
            let from_environment = warnings.split(',').map(str::to_owned);
            self.warn_options.splice(0..0, from_environment);
        }
        if let Some(seed) = environment("PYTHONHASHSEED").filter(|s| s != "random") {
            match seed.parse() {
                Ok(seed) => self.hash_seed = Some(seed),
                Err(_) => {
                    return Err(UsageError {
                        message: "Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]\nPython runtime state: preinitialized\n\nCurrent thread 0x0000000000000000 (most recent call first):\n  <no Python frame>".to_owned(),
                        status: 1,
                    });
                }
            }
        }
        if let Some(digits) = environment("PYTHONINTMAXSTRDIGITS").and_then(|d| d.parse().ok()) {
            set_int_max_str_digits(digits);
        }
        Ok(())
    }

    fn read_x_options(&mut self) {
        for (name, value) in self.x_options.clone() {
            match (name.as_str(), value) {
                ("dev", _) => self.dev_mode = true,
                ("faulthandler", _) => self.fault_handler = true,
                ("pycache_prefix", value) => self.pycache_prefix = value,
                ("int_max_str_digits", Some(value)) => {
                    if let Ok(digits) = value.parse() {
                        set_int_max_str_digits(digits);
                    }
                }
                ("stdlib", Some(folder)) => {
                    self.stdlib_dir = folder;
                    self.stdlib_on_disk = true;
                }
                _ => {}
            }
        }
        self.fault_handler |= self.dev_mode;
        if self.dev_mode {
            self.warn_options.insert(0, "default".to_owned());
        }
    }

    fn find_paths(&mut self, program: &str) {
        let executable =
            std::env::current_exe().map_or_else(|_| program.to_owned(), |p| p.to_string_lossy().into_owned());
        self.executable = executable;
        let home = if self.ignore_environment { None } else { environment("PYTHONHOME") };
        let own = std::path::Path::new(&self.executable).parent().and_then(|p| p.parent());
        self.prefix = match &home {
            Some(home) => home.split(':').next().unwrap_or_default().to_owned(),
            None => own.map_or_else(|| "/usr/local".to_owned(), |p| p.to_string_lossy().into_owned()),
        };
        if !self.stdlib_on_disk {
            self.stdlib_dir = format!("{}/lib/python3.14", self.prefix);
            // Only the executable's own prefix is looked at, not the folders above it as CPython does: the embedded library
            // is always there, and a library of the system's Python must not replace it by accident.
            let landmark = std::path::Path::new(&self.stdlib_dir).join("os.py");
            self.stdlib_on_disk = home.is_some() || landmark.is_file();
        }
        if !self.ignore_environment
            && let Some(path) = environment("PYTHONPATH")
        {
            self.path.extend(path.split(':').filter(|p| !p.is_empty()).map(str::to_owned));
        }
        self.path.push(format!("{}/lib/python314.zip", self.prefix));
        self.path.push(self.stdlib_dir.clone());
        self.path.push(format!("{}/lib-dynload", self.stdlib_dir));
    }
}
