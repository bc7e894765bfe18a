//! Values, heap, object protocol, builtin types, frames and the eval loop.
