//! The opcode table, code objects as plain data, marshal, line and exception tables, verifier, disassembler.
