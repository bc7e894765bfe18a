//! Exception classes and the errors native code raises.

mod base;
mod classes;
pub mod group;
mod raise;
pub mod suggestions;

pub use base::{PyBaseException, PyErr};
pub use classes::*;
pub use raise::*;
