//! The control-flow graph of one code object and the passes that optimise it.
