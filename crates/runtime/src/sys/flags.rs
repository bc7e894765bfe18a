//! `sys.flags`, and the attributes that follow from the configuration.

use crate::config::{Config, Paths, split_x_option};
use crate::modules::record::Record;
use crate::path::from_os;
use minipy_macros::pymodule;
use minipy_vm::types::str::intern;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyDict, PyList, PyResult, Value, exceptions, protocol};
use std::ffi::OsString;

#[pymodule(name = "sys")]
pub mod functions {
    /// Return the maximum string digits limit for non-binary int<->str conversions.
    #[pyfunction("()")]
    fn get_int_max_str_digits() -> i64 {
        crate::config::int_max_str_digits()
    }

    /// Set the maximum string digits limit for non-binary int<->str conversions.
    #[pyfunction("($module, /, maxdigits)")]
    fn set_int_max_str_digits(maxdigits: i32) -> minipy_vm::PyResult<()> {
        if maxdigits != 0 && maxdigits < 640 {
            return Err(minipy_vm::exceptions::value_error("maxdigits must be >= 640 or 0 for unlimited"));
        }
        super::replace_flag("int_max_str_digits", i64::from(maxdigits).into())?;
        crate::config::set_int_max_str_digits(maxdigits.into());
        Ok(())
    }
}

pub use functions::MODULE;

static FLAGS: Record = Record::new(StructSeqDef {
    module: "sys",
    name: "flags",
    doc: "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    fields: &[
        ("debug", "-d"),
        ("inspect", "-i"),
        ("interactive", "-i"),
        ("optimize", "-O or -OO"),
        ("dont_write_bytecode", "-B"),
        ("no_user_site", "-s"),
        ("no_site", "-S"),
        ("ignore_environment", "-E"),
        ("verbose", "-v"),
        ("bytes_warning", "-b"),
        ("quiet", "-q"),
        ("hash_randomization", "-R"),
        ("isolated", "-I"),
        ("dev_mode", "-X dev"),
        ("utf8_mode", "-X utf8"),
        ("warn_default_encoding", "-X warn_default_encoding"),
        ("safe_path", "-P"),
        ("int_max_str_digits", "-X int_max_str_digits"),
        ("gil", "-X gil"),
        ("thread_inherit_context", "-X thread_inherit_context"),
        ("context_aware_warnings", "-X context_aware_warnings"),
    ],
    visible: 18,
    instantiable: false,
});

/// Sets what the command line and the environment decide.
pub fn configure(config: &Config) -> PyResult<()> {
    set_flags(config);
    let settings = &config.settings;
    let strings =
        |items: &[OsString]| PyList::from_vec(items.iter().map(|item| from_os(item)).collect::<Vec<_>>());
    super::set("argv", strings(&config.argv));
    super::set("orig_argv", strings(&config.orig_argv));
    super::set("warnoptions", strings(&config.warn_options));
    super::set("dont_write_bytecode", Value::from_bool(config.dont_write_bytecode));
    super::set(
        "pycache_prefix",
        settings.pycache_prefix.as_ref().map_or(Value::NONE, |prefix| from_os(prefix)),
    );
    let x_options = PyDict::new_ref();
    for option in &config.x_options {
        let (name, value) = split_x_option(option);
        x_options.set(from_os(name), value.map_or(Value::TRUE, from_os))?;
    }
    super::set("_xoptions", x_options);
    set_paths(&config.paths);
    super::set("meta_path", strings(&[]));
    super::set("path_hooks", strings(&[]));
    super::set("path_importer_cache", PyDict::new_ref());
    super::set("builtin_module_names", super::records::builtin_module_names());
    super::set("implementation", super::records::implementation());
    super::set("stdlib_module_names", super::records::stdlib_module_names());
    Ok(())
}

fn set_flags(config: &Config) {
    let settings = &config.settings;
    let flag = |on: bool| Value::small_int(i64::from(on));
    let count = |times: u32| Value::small_int(i64::from(times));
    let values = vec![
        flag(config.debug),
        flag(config.inspect),
        flag(config.interactive),
        count(config.optimize),
        flag(config.dont_write_bytecode),
        flag(config.no_user_site),
        flag(config.no_site),
        flag(config.ignore_environment),
        count(config.verbose),
        count(config.bytes_warning),
        flag(config.quiet),
        flag(settings.hash_randomization),
        flag(config.isolated),
        Value::from_bool(settings.dev_mode),
        flag(config.utf8_mode),
        flag(settings.warn_default_encoding),
        Value::from_bool(config.safe_path),
        Value::from(crate::config::int_max_str_digits()),
        Value::small_int(1),
        flag(settings.thread_inherit_context),
        flag(settings.context_aware_warnings),
    ];
    super::set("flags", FLAGS.make(values));
}

/// Sets `sys.flags.inspect` to 0: the session that `-i` asked for is there.
pub fn clear_inspect_flag() {
    let _ = replace_flag("inspect", Value::small_int(0));
}

/// Sets `sys.flags` to a copy with another value of one flag.
fn replace_flag(flag: &str, value: Value) -> PyResult<()> {
    let Some(flags) = super::get("flags")? else {
        return Err(exceptions::runtime_error("lost sys.flags"));
    };
    let values: PyResult<Vec<Value>> = FLAGS
        .fields()
        .iter()
        .map(|&(name, _)| match name {
            name if name == flag => Ok(value.clone()),
            name => protocol::getattr(&flags, &intern(name)),
        })
        .collect();
    // Something else that the program put there stays.
    if let Ok(values) = values {
        super::set("flags", FLAGS.make(values));
    }
    Ok(())
}

fn set_paths(paths: &Paths) {
    super::set("executable", from_os(&paths.executable));
    super::set("_base_executable", from_os(&paths.base_executable));
    super::set("prefix", from_os(&paths.prefix));
    super::set("exec_prefix", from_os(&paths.exec_prefix));
    super::set("base_prefix", from_os(&paths.base_prefix));
    super::set("base_exec_prefix", from_os(&paths.base_exec_prefix));
    super::set("platlibdir", paths.platlibdir.as_str());
    super::set("_stdlib_dir", paths.stdlib_dir.as_str());
    super::set("_framework", "");
    super::set("path", PyList::from_vec(paths.path.iter().map(|entry| from_os(entry)).collect()));
}
