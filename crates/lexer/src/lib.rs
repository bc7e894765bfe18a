//! Source text to tokens: encodings, indentation, f-string and t-string modes.
