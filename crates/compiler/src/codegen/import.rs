//! Imports.

use minipy_bytecode::Constant;
use minipy_parser::ast::{Alias, Stmt};

use super::emit::intrinsic_1;
use super::{Codegen, at};
use crate::error::{Result, syntax_error};
use crate::ir::{Location, Op};

impl<'a> Codegen<'a, '_> {
    pub(super) fn import(&mut self, stmt: &'a Stmt<'a>, names: &'a [Alias<'a>]) -> Result {
        let loc = at(stmt.loc);
        for alias in names {
            self.load_const(Constant::Int(0), loc);
            self.load_none(loc);
            self.op_name(Op::IMPORT_NAME, alias.name, loc);
            match alias.asname {
                Some(asname) => self.import_as(alias.name, asname, loc)?,
                None => {
                    let top = alias.name.split('.').next().unwrap_or(alias.name);
                    self.store_name(top, loc)?;
                }
            }
        }
        Ok(())
    }

    /// `import a.b.c as d`: the module that `IMPORT_NAME` gives is `a`.
    fn import_as(&mut self, name: &'a str, asname: &'a str, loc: Location) -> Result {
        let mut rest = name.split('.').skip(1).peekable();
        if rest.peek().is_none() {
            return self.store_name(asname, loc);
        }
        while let Some(attribute) = rest.next() {
            self.op_name(Op::IMPORT_FROM, attribute, loc);
            if rest.peek().is_some() {
                self.op_arg(Op::SWAP, 2, loc);
                self.op(Op::POP_TOP, loc);
            }
        }
        self.store_name(asname, loc)?;
        self.op(Op::POP_TOP, loc);
        Ok(())
    }

    pub(super) fn import_from(
        &mut self,
        stmt: &'a Stmt<'a>,
        module: Option<&'a str>,
        names: &'a [Alias<'a>],
        level: i32,
    ) -> Result {
        let loc = at(stmt.loc);
        if module == Some("__future__")
            && level == 0
            && (stmt.loc.lineno, stmt.loc.col_offset) > self.input.last_future
        {
            return syntax_error("from __future__ imports must occur at the beginning of the file", stmt.loc);
        }
        self.load_const(Constant::Int(i64::from(level)), loc);
        let from_list = names.iter().map(|alias| Constant::str(self.intern(alias.name))).collect();
        self.load_const(Constant::tuple(from_list), loc);
        self.op_name(Op::IMPORT_NAME, module.unwrap_or(""), loc);
        for (i, alias) in names.iter().enumerate() {
            if i == 0 && alias.name == "*" {
                self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::IMPORT_STAR, loc);
                self.op(Op::POP_TOP, Location::NONE);
                return Ok(());
            }
            self.op_name(Op::IMPORT_FROM, alias.name, loc);
            self.store_name(alias.asname.unwrap_or(alias.name), loc)?;
        }
        self.op(Op::POP_TOP, loc);
        Ok(())
    }
}
