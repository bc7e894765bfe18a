//! Attribute macros that turn Rust functions and types into Python ones.
