//! AST to code objects: symbol table, code generation, flow graph, assembly.
