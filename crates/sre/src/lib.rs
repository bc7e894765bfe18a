//! Regular expressions as `re._compiler` writes them: from the list of words that `_sre.compile` gets to matches.
//!
//! [`Program::new`] checks the words and translates them; [`Memory`] runs a program over text whose characters are bytes,
//! 16-bit or 32-bit units. How it works: `docs/regex.md`.

#![forbid(unsafe_code)]

mod code;
mod exec;
mod first;
mod lower;
mod parse;
mod program;
mod search;
mod set;
mod tree;
mod unit;

pub use exec::{Memory, Mode, Request, Stop};
pub use parse::Refused;
pub use program::Program;
pub use set::{CLocale, Host};
pub use unit::Unit;

/// The version of the code list, which `re._compiler` compares with its own.
pub const MAGIC: u32 = 20230612;

/// "No limit", as a repeat's maximum.
pub const MAXREPEAT: u32 = u32::MAX;

/// The most groups a pattern may have.
pub const MAXGROUPS: u32 = i32::MAX as u32 / 2;
