//! `sys.flags`, and the attributes that follow from the configuration.

use crate::config::Config;
use minipy_macros::pymodule;
use minipy_vm::types::namespace;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::{PyDict, PyList, PyResult, PyTuple, Value};

#[pymodule(name = "sys")]
pub mod functions {
    /// Return the maximum string digits limit for non-binary int<->str conversions.
    #[pyfunction("()")]
    fn get_int_max_str_digits() -> i64 {
        crate::config::int_max_str_digits()
    }

    /// Set the maximum string digits limit for non-binary int<->str conversions.
    #[pyfunction("(maxdigits)")]
    fn set_int_max_str_digits(maxdigits: i64) -> minipy_vm::PyResult<()> {
        if maxdigits != 0 && maxdigits < 640 {
            return Err(minipy_vm::exceptions::value_error("maxdigits must be 0 or larger than 640"));
        }
        crate::config::set_int_max_str_digits(maxdigits);
        Ok(())
    }
}

pub use functions::MODULE;

static FLAGS: StructSeqDef = StructSeqDef {
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
};

fn flag(on: bool) -> Value {
    Value::small_int(i64::from(on))
}

/// Sets what the command line and the environment decide.
pub fn configure(config: &Config) -> PyResult<()> {
    let class = structseq::new_class(&FLAGS);
    let values = vec![
        flag(config.debug),
        flag(config.inspect),
        flag(config.interactive),
        Value::small_int(i64::from(config.optimize)),
        flag(config.dont_write_bytecode),
        flag(config.no_user_site),
        flag(config.no_site),
        flag(config.ignore_environment),
        Value::small_int(i64::from(config.verbose)),
        Value::small_int(i64::from(config.bytes_warning)),
        flag(config.quiet),
        flag(config.hash_seed != Some(0)),
        flag(config.isolated),
        Value::from_bool(config.dev_mode),
        flag(true),
        flag(false),
        Value::from_bool(config.safe_path),
        Value::from(crate::config::int_max_str_digits()),
        Value::small_int(1),
        flag(false),
        flag(false),
    ];
    super::set("flags", structseq::new_instance(&class, FLAGS.visible, values));
    let strings =
        |items: &[String]| PyList::from_vec(items.iter().map(|s| Value::from(s.as_str())).collect());
    super::set("argv", strings(&config.argv));
    super::set("orig_argv", strings(&config.orig_argv));
    super::set("warnoptions", strings(&config.warn_options));
    super::set("dont_write_bytecode", Value::from_bool(config.dont_write_bytecode));
    super::set("pycache_prefix", config.pycache_prefix.as_deref().map_or(Value::NONE, Value::from));
    let xoptions = PyDict::new_ref();
    for (name, value) in &config.x_options {
        xoptions.insert(name, value.as_deref().map_or(Value::TRUE, Value::from));
    }
    super::set("_xoptions", xoptions);
    super::set("executable", config.executable.as_str());
    super::set("_base_executable", config.executable.as_str());
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        super::set(name, config.prefix.as_str());
    }
    super::set("_stdlib_dir", config.stdlib_dir.as_str());
    super::set("_framework", "");
    super::set("path", strings(&config.path));
    super::set("meta_path", strings(&[]));
    super::set("path_hooks", strings(&[]));
    super::set("path_importer_cache", PyDict::new_ref());
    super::set("builtin_module_names", super::records::builtin_module_names());
    super::set("implementation", implementation());
    super::set("stdlib_module_names", stdlib_module_names());
    Ok(())
}

fn implementation() -> Value {
    let fields = PyDict::new_ref();
    fields.insert("name", "minipy");
    fields.insert("cache_tag", "minipy-314");
    let mut version =
        env!("CARGO_PKG_VERSION").split('.').map(|n| Value::from(n.parse::<i64>().unwrap_or(0)));
    let mut part = || version.next().unwrap_or(Value::small_int(0));
    let version = PyTuple::from_array([part(), part(), part(), "final".into(), Value::small_int(0)]);
    fields.insert("version", version);
    fields.insert("hexversion", super::records::VERSION.0 << 24);
    fields.insert("_multiarch", "x86_64-linux-gnu");
    fields.insert("supports_isolated_interpreters", Value::FALSE);
    namespace::new_namespace(fields)
}

fn stdlib_module_names() -> Value {
    let mut names: Vec<String> = crate::modules::MODULES.iter().map(|m| m.name.to_owned()).collect();
    names.extend(["sys", "builtins"].map(str::to_owned));
    for entry in minipy_stdlib::list_dir("").unwrap_or_default() {
        let name = entry.strip_suffix(".py").unwrap_or(entry);
        if !name.contains(['.', '-']) && name != "__phello__" {
            names.push(name.to_owned());
        }
    }
    names.sort();
    names.dedup();
    minipy_vm::types::set::frozenset_of(names.into_iter().map(Value::from).collect())
}
