//! Calling conventions of functions, and hooks into the layers above.

pub mod args;
pub mod hooks;
