//! Native modules, `sys` first; import system; start-up and shutdown.

pub mod compile;
pub mod config;
pub mod futex;
pub mod import;
pub mod interactive;
pub mod modules;
pub mod path;
mod shutdown;
pub mod signals;
pub mod startup;
pub mod sys;
pub mod syscall;
mod uncaught;

pub use startup::run;
