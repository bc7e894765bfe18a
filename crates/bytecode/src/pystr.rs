//! Shared immutable strings of code objects.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use rustpython_wtf8::{Wtf8, Wtf8Buf};

/// A Python string (lone surrogates allowed) that is cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Str(Arc<Wtf8>);

impl Str {
    /// Whether the text is made of ASCII letters, digits and underscores: CPython interns such
    /// string constants.
    pub fn is_name_like(&self) -> bool {
        self.0.as_bytes().iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_')
    }

    /// Whether both are the very same allocation.
    pub fn ptr_eq(&self, other: &Str) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The address of the shared allocation, an identity while the string lives.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<u8>() as usize
    }

    /// The text.
    pub fn as_wtf8(&self) -> &Wtf8 {
        &self.0
    }
}

impl Default for Str {
    fn default() -> Str {
        Str::from("")
    }
}

impl Deref for Str {
    type Target = Wtf8;
    fn deref(&self) -> &Wtf8 {
        &self.0
    }
}

impl AsRef<Wtf8> for Str {
    fn as_ref(&self) -> &Wtf8 {
        &self.0
    }
}

/// Agrees with `Hash` and `Eq` of `Wtf8`, so that a map keyed by `Str` can be asked with a borrowed name.
impl std::borrow::Borrow<Wtf8> for Str {
    fn borrow(&self) -> &Wtf8 {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str(Arc::from(Box::<Wtf8>::from(text)))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str(Arc::from(Box::<Wtf8>::from(text)))
    }
}

impl From<&Wtf8> for Str {
    fn from(text: &Wtf8) -> Str {
        Str(Arc::from(Box::<Wtf8>::from(text)))
    }
}

impl From<Wtf8Buf> for Str {
    fn from(text: Wtf8Buf) -> Str {
        Str(Arc::from(text.into_box()))
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.0.as_bytes() == other.as_bytes()
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string_lossy())
    }
}
