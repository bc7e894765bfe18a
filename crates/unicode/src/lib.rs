//! Unicode 16.0.0 character data.
