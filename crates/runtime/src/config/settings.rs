//! Settings that an environment variable and a `-X` option share, and the encoding of the streams.

use super::locale::Locale;
use super::options::CommandLine;
use super::{Ending, Environment, parse_int};
use crate::sys::perf::Backend;
use std::ffi::{OsStr, OsString};

/// The settings; see `--help-env` and `--help-xoptions` for what each means.
#[derive(Clone, Debug)]
pub struct Settings {
    pub dev_mode: bool,
    /// Whether hashes of text are random.
    pub hash_randomization: bool,
    /// PYTHONHASHSEED; `None` takes a random key.
    pub hash_seed: Option<u32>,
    /// 0, 1, or 2 to report modules that were loaded already too.
    pub import_time: u8,
    /// How many frames `tracemalloc` keeps of each allocation; 0 leaves it off.
    pub tracemalloc: u32,
    pub int_max_str_digits: i32,
    /// What `os.cpu_count()` is to say; `None` asks the system.
    pub cpu_count: Option<i32>,
    pub thread_inherit_context: bool,
    pub context_aware_warnings: bool,
    /// `-X frozen_modules`, if given.
    pub frozen_modules: Option<bool>,
    /// Whether `faulthandler` is enabled from the start.
    pub fault_handler: bool,
    pub warn_default_encoding: bool,
    /// Whether code objects keep the columns of instructions.
    pub code_debug_ranges: bool,
    /// Where `perf` finds the names of functions from the start.
    pub perf_profiling: Option<Backend>,
    pub remote_debug: bool,
    pub malloc_stats: bool,
    /// What CPython would call the memory allocator, by PYTHONMALLOC and the development mode.
    pub allocator: &'static str,
    pub pycache_prefix: Option<OsString>,
    /// The encoding of the standard streams; `None` goes by the locale.
    pub stream_encoding: Option<OsString>,
    /// The error handler of standard input and output.
    pub stream_errors: OsString,
}

const ALLOCATORS: [&str; 8] = [
    "default",
    "debug",
    "malloc",
    "malloc_debug",
    "pymalloc",
    "pymalloc_debug",
    "mimalloc",
    "mimalloc_debug",
];

/// Checks PYTHONMALLOC. There is one allocator, so any that CPython knows will do.
pub fn check_allocator(environment: Environment) -> Result<(), Ending> {
    match environment.get("PYTHONMALLOC") {
        Some(name) if !ALLOCATORS.iter().any(|known| name == *known) => Err(Ending::fatal(
            "preconfig_init_allocator",
            "PYTHONMALLOC: unknown allocator",
            "preinitializing",
        )),
        _ => Ok(()),
    }
}

/// The name of the allocator; without a pool allocator the default is the system's.
fn allocator(environment: Environment, dev_mode: bool) -> &'static str {
    let name = environment.get("PYTHONMALLOC");
    match ALLOCATORS.iter().find(|known| name.as_deref() == Some(OsStr::new(known))) {
        None if dev_mode => "malloc_debug",
        None | Some(&"default") => "malloc",
        Some(&"debug") => "malloc_debug",
        Some(name) => name,
    }
}

fn fatal(place: &str, message: &str) -> Ending {
    Ending::fatal(place, message, "preinitialized")
}

/// Where settings come from.
struct Sources<'a> {
    line: &'a CommandLine,
    environment: Environment,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// The first bad value, in CPython's order.
    pub fn read(line: &CommandLine, environment: Environment, locale: &Locale) -> Result<Settings, Ending> {
        let sources = Sources { line, environment };
        let dev_mode = sources.is_on("dev", "PYTHONDEVMODE");
        let (hash_randomization, hash_seed) = sources.hash_seed()?;
        sources.check_gil()?;
        let import_time = sources.import_time()?;
        let tracemalloc = sources.tracemalloc()?;
        let int_max_str_digits = sources.int_max_str_digits()?;
        let cpu_count = sources.cpu_count()?;
        let thread_inherit_context =
            sources.zero_or_one("thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT")?;
        let context_aware_warnings =
            sources.zero_or_one("context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS")?;
        let frozen_modules = sources.frozen_modules()?;
        let (stream_encoding, stream_errors) = sources.streams(locale);
        Ok(Settings {
            dev_mode,
            hash_randomization,
            hash_seed,
            import_time,
            tracemalloc,
            int_max_str_digits,
            cpu_count,
            thread_inherit_context,
            context_aware_warnings,
            frozen_modules,
            fault_handler: dev_mode || sources.is_on("faulthandler", "PYTHONFAULTHANDLER"),
            warn_default_encoding: sources.is_on("warn_default_encoding", "PYTHONWARNDEFAULTENCODING"),
            code_debug_ranges: !sources.is_on("no_debug_ranges", "PYTHONNODEBUGRANGES"),
            perf_profiling: sources.perf_profiling(),
            remote_debug: !sources.is_on("disable-remote-debug", "PYTHON_DISABLE_REMOTE_DEBUG"),
            malloc_stats: environment.is_set("PYTHONMALLOCSTATS"),
            allocator: allocator(environment, dev_mode),
            pycache_prefix: match line.x_option("pycache_prefix") {
                Some(prefix) => prefix.filter(|prefix| !prefix.is_empty()).map(OsStr::to_owned),
                None => environment.get("PYTHONPYCACHEPREFIX"),
            },
            stream_encoding,
            stream_errors,
        })
    }
}

impl Sources<'_> {
    /// Whether the option was given or the variable is set, to whatever value.
    fn is_on(&self, option: &str, variable: &str) -> bool {
        self.line.x_option(option).is_some() || self.environment.is_set(variable)
    }

    /// Whether hashes are random, and the seed if there is one.
    fn hash_seed(&self) -> Result<(bool, Option<u32>), Ending> {
        if self.line.random_hashes {
            return Ok((true, None));
        }
        let Some(seed) = self.environment.get("PYTHONHASHSEED").filter(|seed| seed != "random") else {
            return Ok((true, None));
        };
        let digits = seed.to_str().map(str::trim_start).unwrap_or_default();
        match digits.parse() {
            Ok(seed) => Ok((seed != 0, Some(seed))),
            Err(_) => Err(fatal(
                "config_init_hash_seed",
                "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
            )),
        }
    }

    fn check_gil(&self) -> Result<(), Ending> {
        let variable = self.environment.get("PYTHON_GIL");
        let option = self.line.x_option("gil").map(|value| value.unwrap_or_default().to_owned());
        for value in [variable, option].into_iter().flatten() {
            match value.as_encoded_bytes() {
                b"1" => {}
                b"0" => {
                    let message = "Disabling the GIL is not supported by this build";
                    return Err(fatal("config_read_gil", message));
                }
                _ => return Err(fatal("config_read_gil", "PYTHON_GIL / -X gil must be \"0\" or \"1\"")),
            }
        }
        Ok(())
    }

    fn import_time(&self) -> Result<u8, Ending> {
        let level = |value: &OsStr, message: &str| match parse_int(value) {
            _ if value.is_empty() => Ok(1),
            None => Ok(1),
            Some(number @ 0..=2) => Ok(number as u8),
            Some(_) => Err(fatal("config_init_import_time", message)),
        };
        let mut result = 0;
        if let Some(value) = self.environment.get("PYTHONPROFILEIMPORTTIME") {
            result = level(
                &value,
                "PYTHONPROFILEIMPORTTIME: numeric values other than 1 and 2 are reserved for future use.",
            )?;
        }
        if let Some(value) = self.line.x_option("importtime") {
            result = level(
                value.unwrap_or_default(),
                "-X importtime: values other than 1 and 2 are reserved for future use.",
            )?;
        }
        Ok(result)
    }

    fn tracemalloc(&self) -> Result<u32, Ending> {
        let frames = |value: &OsStr, message: &str| match parse_int(value).and_then(|n| u32::try_from(n).ok())
        {
            Some(frames) => Ok(frames),
            None => Err(fatal("config_init_tracemalloc", message)),
        };
        let mut result = 0;
        if let Some(value) = self.environment.get("PYTHONTRACEMALLOC") {
            result = frames(&value, "PYTHONTRACEMALLOC: invalid number of frames")?;
        }
        if let Some(value) = self.line.x_option("tracemalloc") {
            result = match value {
                None => 1,
                Some(value) => frames(value, "-X tracemalloc=NFRAME: invalid number of frames")?,
            };
        }
        Ok(result)
    }

    fn int_max_str_digits(&self) -> Result<i32, Ending> {
        let limit = |value: Option<&OsStr>, source: &str| match value.and_then(parse_int) {
            Some(limit) if limit == 0 || limit >= 640 => Ok(limit),
            _ => Err(fatal(
                "config_init_int_max_str_digits",
                &format!("{source}: invalid limit; must be >= 640 or 0 for unlimited."),
            )),
        };
        let mut result = 4300;
        if let Some(value) = self.environment.get("PYTHONINTMAXSTRDIGITS") {
            result = limit(Some(&value), "PYTHONINTMAXSTRDIGITS")?;
        }
        if let Some(value) = self.line.x_option("int_max_str_digits") {
            result = limit(value, "-X int_max_str_digits")?;
        }
        Ok(result)
    }

    fn cpu_count(&self) -> Result<Option<i32>, Ending> {
        let count = |value: &OsStr| match parse_int(value) {
            _ if value == "default" => Ok(None),
            Some(count) if count > 0 => Ok(Some(count)),
            _ => Err(fatal(
                "config_init_cpu_count",
                "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0",
            )),
        };
        let mut result = None;
        if let Some(value) = self.environment.get("PYTHON_CPU_COUNT") {
            result = count(&value)?;
        }
        if let Some(value) = self.line.x_option("cpu_count") {
            result = count(value.unwrap_or_default())?;
        }
        Ok(result)
    }

    /// A switch that takes 0 or 1, off unless asked for.
    fn zero_or_one(&self, option: &str, variable: &str) -> Result<bool, Ending> {
        let place = format!("config_init_{option}");
        let switch = |value: Option<&OsStr>, source: &str| match value.and_then(parse_int) {
            Some(number @ 0..=1) => Ok(number == 1),
            _ => Err(fatal(&place, source)),
        };
        let mut result = false;
        if let Some(value) = self.environment.get(variable) {
            result = switch(Some(&value), &format!("{variable}=N: N is missing or invalid"))?;
        }
        if let Some(value) = self.line.x_option(option) {
            result = switch(value, &format!("-X {option}=n: n is missing or invalid"))?;
        }
        Ok(result)
    }

    fn frozen_modules(&self) -> Result<Option<bool>, Ending> {
        let switch = |value: &OsStr, source: &str| match value.as_encoded_bytes() {
            b"on" | b"" => Ok(Some(true)),
            b"off" => Ok(Some(false)),
            _ => Err(fatal("", &format!("bad value for {source} (expected \"on\" or \"off\")"))),
        };
        let mut result = None;
        if let Some(value) = self.environment.get("PYTHON_FROZEN_MODULES") {
            result = switch(&value, "PYTHON_FROZEN_MODULES")?;
        }
        if let Some(value) = self.line.x_option("frozen_modules") {
            result = switch(value.unwrap_or_default(), "option -X frozen_modules")?;
        }
        Ok(result)
    }

    fn perf_profiling(&self) -> Option<Backend> {
        let is_on = |option: &str, variable: &str| {
            let level = self.environment.get(variable).and_then(|value| parse_int(&value));
            self.line.x_option(option).is_some() || level.is_some_and(|level| level != 0)
        };
        if is_on("perf_jit", "PYTHON_PERF_JIT_SUPPORT") {
            Some(Backend::JitDump)
        } else {
            is_on("perf", "PYTHONPERFSUPPORT").then_some(Backend::Map)
        }
    }

    /// The encoding and error handler of the standard streams, PYTHONIOENCODING first.
    fn streams(&self, locale: &Locale) -> (Option<OsString>, OsString) {
        let default = if locale.escapes_in_streams { "surrogateescape" } else { "strict" };
        let Some(value) = self.environment.get("PYTHONIOENCODING") else {
            return (None, default.into());
        };
        let value = value.to_string_lossy();
        let (encoding, errors) = value.split_once(':').unwrap_or((&*value, ""));
        let errors = match (encoding, errors) {
            ("", "") => default,
            (_, "") => "strict",
            (_, errors) => errors,
        };
        (Some(encoding).filter(|encoding| !encoding.is_empty()).map(Into::into), errors.into())
    }
}
