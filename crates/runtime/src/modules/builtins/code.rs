//! `compile`, `eval`, `exec`.

use crate::compile::{self, Mode, Request};
use crate::modules::ast;
use minipy_macros::pymodule;
use minipy_vm::types::cell;
use minipy_vm::types::code::PyCode;
use minipy_vm::{DictRef, PyDict, PyResult, PyStr, PyTuple, Ref, TupleRef, Value, exceptions, frame, name};

#[pymodule(name = "builtins")]
pub mod functions {
    use super::*;

    /// Compile source into a code object that can be executed by exec() or eval().
    ///
    /// The source code may represent a Python module, statement or expression.
    /// The filename will be used for run-time error messages.
    /// The mode must be 'exec' to compile a module, 'single' to compile a
    /// single (interactive) statement, or 'eval' to compile an expression.
    /// The flags argument, if present, controls which future statements influence
    /// the compilation of the code.
    /// The dont_inherit argument, if true, stops the compilation inheriting
    /// the effects of any future statements in effect in the code calling
    /// compile; if absent or false these statements do influence the compilation,
    /// in addition to any features explicitly specified.
    #[pyfunction(
        "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)"
    )]
    fn compile(
        source: &Value,
        filename: &Value,
        mode: &Ref<PyStr>,
        flags: i32,
        dont_inherit: bool,
        optimize: i32,
        _feature_version: i32,
    ) -> PyResult<Value> {
        let filename = compile::filename(filename)?;
        let known = compile::PYCF_ALL;
        if flags as u32 & !known != 0 {
            return Err(exceptions::value_error("compile(): unrecognised flags"));
        }
        if !(-1..=2).contains(&optimize) {
            return Err(exceptions::value_error("compile(): invalid optimize value"));
        }
        let mut flags = flags as u32;
        if !dont_inherit {
            flags |= frame::current_code().map_or(0, |c| c.flags & compile::PYCF_MASK);
        }
        let only_ast = flags & compile::PYCF_ONLY_AST != 0;
        let mode = match mode.as_ascii() {
            Some("exec") => Mode::Exec,
            Some("eval") => Mode::Eval,
            Some("single") => Mode::Single,
            Some("func_type") if only_ast => Mode::FuncType,
            Some("func_type") => {
                return Err(exceptions::value_error(
                    "compile() mode 'func_type' requires flag PyCF_ONLY_AST",
                ));
            }
            _ if only_ast => {
                return Err(exceptions::value_error(
                    "compile() mode must be 'exec', 'eval', 'single' or 'func_type'",
                ));
            }
            _ => return Err(exceptions::value_error("compile() mode must be 'exec', 'eval' or 'single'")),
        };
        let feature_version = u32::try_from(_feature_version).ok().filter(|_| only_ast);
        let request = Request { filename: &filename, mode, flags, optimize, feature_version };
        if ast::is_node(source) {
            return compile::compile_ast(source, &request);
        }
        let text = compile::source_text(source, "compile", "string, bytes or AST")?;
        if only_ast {
            return compile::parse_to_ast(&text, &request);
        }
        compile::compile(&text, &request).map(Ref::into_value)
    }

    /// Evaluate the given source in the context of globals and locals.
    ///
    /// The source may be a string representing a Python expression
    /// or a code object as returned by compile().
    /// The globals must be a dictionary and locals can be any mapping,
    /// defaulting to the current globals and locals.
    /// If only globals is given, locals defaults to it.
    #[pyfunction("(source, /, globals=None, locals=None)")]
    fn eval(source: &Value, globals: Option<&Value>, locals: Option<&Value>) -> PyResult<Value> {
        let (globals, locals) = namespaces("eval", globals, locals)?;
        let code = match source.downcast::<PyCode>() {
            Some(code) => {
                if code.nfree > 0 {
                    return Err(exceptions::type_error(
                        "code object passed to eval() may not contain free variables",
                    ));
                }
                code.clone()
            }
            None => {
                let text = compile::source_text(source, "eval", "string, bytes or code")?;
                let text = text.trim_start_blanks();
                let flags = frame::current_code().map_or(0, |c| c.flags & compile::PYCF_MASK);
                compile::compile(
                    &text,
                    &Request {
                        filename: "<string>",
                        mode: Mode::Eval,
                        flags,
                        optimize: -1,
                        feature_version: None,
                    },
                )?
            }
        };
        crate::sys::audit("exec", &[code.to_value()])?;
        frame::exec_code(&code, globals, Some(locals), None)
    }

    /// Execute the given source in the context of globals and locals.
    ///
    /// The source may be a string representing one or more Python statements
    /// or a code object as returned by compile().
    /// The globals must be a dictionary and locals can be any mapping,
    /// defaulting to the current globals and locals.
    /// If only globals is given, locals defaults to it.
    /// The closure must be a tuple of cellvars, and can only be used
    /// when source is a code object requiring exactly that many cellvars.
    #[pyfunction("(source, /, globals=None, locals=None, *, closure=None)")]
    fn exec(
        source: &Value,
        globals: Option<&Value>,
        locals: Option<&Value>,
        closure: Option<&Value>,
    ) -> PyResult<()> {
        let (globals, locals) = namespaces("exec", globals, locals)?;
        if let Some(code) = source.downcast::<PyCode>() {
            let closure = check_closure(code, closure)?;
            crate::sys::audit("exec", &[code.to_value()])?;
            frame::exec_code(code, globals, Some(locals), closure)?;
            return Ok(());
        }
        if closure.is_some() {
            return Err(exceptions::type_error("closure can only be used when source is a code object"));
        }
        let text = compile::source_text(source, "exec", "string, bytes or code")?;
        let flags = frame::current_code().map_or(0, |c| c.flags & compile::PYCF_MASK);
        let code = compile::compile(
            &text,
            &Request { filename: "<string>", mode: Mode::Exec, flags, optimize: -1, feature_version: None },
        )?;
        crate::sys::audit("exec", &[code.to_value()])?;
        frame::exec_code(&code, globals, Some(locals), None)?;
        Ok(())
    }
}

pub use functions::MODULE;

/// The namespaces that `eval` and `exec` run in.
fn namespaces(name: &str, globals: Option<&Value>, locals: Option<&Value>) -> PyResult<(DictRef, Value)> {
    let given = globals.is_some();
    let globals = match globals {
        Some(globals) => globals.downcast::<PyDict>().cloned().ok_or_else(|| {
            let kind = globals.type_name();
            exceptions::type_error(if name == "eval" && globals.class().slots().subscript.is_some() {
                "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
            } else if name == "eval" {
                "globals must be a dict".to_owned()
            } else {
                format!("{name}() globals must be a dict, not {kind}")
            })
        })?,
        None => frame::current_globals()?,
    };
    let locals = match locals {
        Some(locals) => {
            if locals.class().slots().subscript.is_none() {
                return Err(exceptions::type_error(if name == "eval" {
                    "locals must be a mapping".to_owned()
                } else {
                    format!("{name}() locals must be a mapping or None, not {}", locals.type_name())
                }));
            }
            locals.clone()
        }
        None if given => globals.to_value(),
        None => frame::current_locals()?,
    };
    let builtins = name!("__builtins__");
    if globals.get_str(builtins)?.is_none() {
        globals.set_str(builtins, frame::current_builtins().into_value())?;
    }
    Ok((globals, locals))
}

fn check_closure(code: &PyCode, closure: Option<&Value>) -> PyResult<Option<TupleRef>> {
    let wanted = code.nfree as usize;
    match closure {
        None if wanted == 0 => Ok(None),
        Some(_) if wanted == 0 => Err(exceptions::type_error("cannot use a closure with this code object")),
        closure => {
            let tuple = closure.and_then(|c| c.downcast_exact::<PyTuple>());
            match tuple {
                Some(tuple)
                    if tuple.len() == wanted
                        && tuple.iter().all(|c| c.downcast::<cell::PyCell>().is_some()) =>
                {
                    Ok(Some(tuple.clone()))
                }
                _ => Err(exceptions::type_error(format!(
                    "code object requires a closure of exactly length {wanted}"
                ))),
            }
        }
    }
}
