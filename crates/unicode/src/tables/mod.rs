//! The generated tables.

pub mod ctype;
pub mod decomposition;
pub mod names;
pub mod record;
pub mod record_3_2;
