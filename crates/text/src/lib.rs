//! Numbers to text and back: float repr and parsing, the format mini-language, printf-style formatting.
