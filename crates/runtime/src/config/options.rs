//! The command line: which options there are, and what stands behind them.

use super::help::Help;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// `-c text`
    Command(OsString),
    /// `-m name`
    Module(OsString),
    /// A script, a folder or a zip file.
    Script(OsString),
    /// Standard input: a session on a terminal, a script otherwise.
    Stdin,
}

/// Why a command line runs no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRun {
    /// `-h` and its relatives.
    Help(Help),
    /// `-V`, and whether it was given twice.
    Version(bool),
    /// The complaint.
    Usage(Vec<u8>),
}

/// What the command line says. Options that may be repeated are counted.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    pub debug: u32,
    pub inspect: u32,
    pub interactive: u32,
    pub optimize: u32,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u32,
    pub bytes_warning: u32,
    pub quiet: bool,
    pub unbuffered: bool,
    /// `-R`: hashes are random whatever PYTHONHASHSEED says.
    pub random_hashes: bool,
    pub isolated: bool,
    pub safe_path: bool,
    pub skip_first_line: bool,
    pub check_hash_pycs: Option<&'static str>,
    pub warn_options: Vec<OsString>,
    pub x_options: Vec<OsString>,
    pub run: Option<Run>,
    /// `sys.argv`
    pub argv: Vec<OsString>,
    /// Something that ends the run before it begins; settings that are read earlier are checked nevertheless.
    pub no_run: Option<NoRun>,
}

/// The options of one letter.
const LETTERS: &[u8] = b"bBdEhiIOPqRsStuvVx?";
/// Those that take an argument.
const LETTERS_WITH_ARGUMENT: &[u8] = b"cmWX";

impl CommandLine {
    /// Reads the arguments of the program (`args[0]` is its own name).
    pub fn parse(args: &[OsString]) -> CommandLine {
        let mut line = CommandLine::default();
        let mut versions = 0;
        let mut at = 1;
        while let Some(arg) = args.get(at).map(|arg| arg.as_bytes()) {
            if arg == b"-" || arg.first() != Some(&b'-') {
                break;
            }
            at += 1;
            if arg == b"--" {
                break;
            }
            if arg.starts_with(b"--") {
                at += line.long_option(arg, args.get(at).map(OsString::as_os_str), &mut versions);
            } else if line.letters(&arg[1..], args, &mut at, &mut versions) {
                break;
            }
        }
        let rest = args.get(at..).unwrap_or_default();
        line.argv = match &line.run {
            Some(Run::Command(_)) => std::iter::once("-c".into()).chain(rest.iter().cloned()).collect(),
            Some(Run::Module(_)) => std::iter::once("-m".into()).chain(rest.iter().cloned()).collect(),
            _ if rest.is_empty() => vec![OsString::new()],
            _ => rest.to_vec(),
        };
        if line.run.is_none()
            && let Some(script) = rest.first().filter(|script| *script != "-")
        {
            line.run = Some(Run::Script(script.clone()));
        }
        if versions > 0 {
            line.end(NoRun::Version(versions > 1));
        }
        line
    }

    /// The value of `-X name=value`, of the first if there are several; `None` inside for `-X name`.
    pub fn x_option(&self, name: &str) -> Option<Option<&OsStr>> {
        self.x_options.iter().map(|option| split_x_option(option)).find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Notes what ends the run; the first such thing counts.
    fn end(&mut self, reason: NoRun) {
        self.no_run.get_or_insert(reason);
    }

    fn complain(&mut self, text: &str) {
        self.end(NoRun::Usage(text.as_bytes().to_vec()));
    }

    /// Reads an option of more than a letter; gives how many arguments it takes.
    fn long_option(&mut self, option: &[u8], argument: Option<&OsStr>, versions: &mut u32) -> usize {
        match option {
            b"--help" => self.end(NoRun::Help(Help::Usage)),
            b"--help-env" => self.end(NoRun::Help(Help::Environment)),
            b"--help-xoptions" => self.end(NoRun::Help(Help::XOptions)),
            b"--help-all" => self.end(NoRun::Help(Help::All)),
            b"--version" => *versions += 1,
            b"--check-hash-based-pycs" => {
                match argument.map(OsStr::as_bytes) {
                    None => self.complain("Argument expected for the --check-hash-based-pycs options"),
                    Some(b"always") => self.check_hash_pycs = Some("always"),
                    Some(b"never") => self.check_hash_pycs = Some("never"),
                    Some(b"default") => self.check_hash_pycs = Some("default"),
                    Some(_) => self
                        .complain("--check-hash-based-pycs must be one of 'default', 'always', or 'never'"),
                }
                return usize::from(argument.is_some());
            }
            _ => self.end(NoRun::Usage([b"Unknown option: ", option].concat())),
        }
        0
    }

    /// Reads the options of one argument; true if they are the last.
    fn letters(&mut self, letters: &[u8], args: &[OsString], at: &mut usize, versions: &mut u32) -> bool {
        for (place, &letter) in letters.iter().enumerate() {
            if LETTERS_WITH_ARGUMENT.contains(&letter) {
                let rest = &letters[place + 1..];
                let argument = if rest.is_empty() {
                    let argument = args.get(*at).cloned();
                    *at += usize::from(argument.is_some());
                    argument
                } else {
                    Some(OsString::from_vec(rest.to_vec()))
                };
                let Some(argument) = argument else {
                    self.complain(&format!("Argument expected for the -{} option", char::from(letter)));
                    return false;
                };
                return self.with_argument(letter, argument);
            }
            if !LETTERS.contains(&letter) {
                match letter {
                    b'-' => {
                        self.complain("Expected long option");
                        return true;
                    }
                    b':' => self.complain(""),
                    _ => self
                        .end(NoRun::Usage([b"Unknown option: -", &[shown(&letters[place..])][..]].concat())),
                }
                return false;
            }
            match letter {
                b'V' => *versions += 1,
                letter => self.letter(letter),
            }
        }
        false
    }

    fn letter(&mut self, letter: u8) {
        match letter {
            b'b' => self.bytes_warning += 1,
            b'B' => self.dont_write_bytecode = true,
            b'd' => self.debug += 1,
            b'E' => self.ignore_environment = true,
            b'i' => {
                self.inspect += 1;
                self.interactive += 1;
            }
            b'I' => {
                self.isolated = true;
                self.ignore_environment = true;
                self.no_user_site = true;
                self.safe_path = true;
            }
            b'O' => self.optimize += 1,
            b'P' => self.safe_path = true,
            b'q' => self.quiet = true,
            b'R' => self.random_hashes = true,
            b's' => self.no_user_site = true,
            b'S' => self.no_site = true,
            b'u' => self.unbuffered = true,
            b'v' => self.verbose += 1,
            b'x' => self.skip_first_line = true,
            b'h' | b'?' => self.end(NoRun::Help(Help::Usage)),
            // `-t` of Python 2 is still accepted.
            _ => {}
        }
    }

    /// Reads an option with its argument; true if it ends the options.
    fn with_argument(&mut self, letter: u8, argument: OsString) -> bool {
        match letter {
            b'c' => {
                self.run = Some(Run::Command(argument));
                true
            }
            b'm' => {
                self.run = Some(Run::Module(argument));
                true
            }
            b'W' => {
                self.warn_options.push(argument);
                false
            }
            _ => {
                self.x_options.push(argument);
                false
            }
        }
    }
}

/// The byte that stands for an unknown option's letter: the character's number, cut to a byte.
fn shown(letters: &[u8]) -> u8 {
    let first = letters.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    first.map_or(letters[0], |letter| letter as u8)
}

/// `-X name=value` as name and value.
pub fn split_x_option(option: &OsStr) -> (&OsStr, Option<&OsStr>) {
    let bytes = option.as_bytes();
    match bytes.iter().position(|&byte| byte == b'=') {
        Some(at) => (OsStr::from_bytes(&bytes[..at]), Some(OsStr::from_bytes(&bytes[at + 1..]))),
        None => (option, None),
    }
}
