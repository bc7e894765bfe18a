//! A tree as text, as `ast.dump` writes it.

use minipy_text::repr;
use minipy_text::{complex, float};

use super::*;

/// What is still to be written, last first.
enum Item<'a> {
    Text(&'static str),
    Name(&'static str),
    Node(AnyNode<'a>),
    Value(FieldValue<'a>),
    Constant(Constant<'a>),
    Attribute(&'static str, u32),
}

/// The node and all below it on one line. Optional fields that are None and empty lists are left out, as `ast.dump` does by default;
/// `include_attributes` adds the positions.
pub fn dump(node: AnyNode<'_>, include_attributes: bool) -> String {
    let mut out = String::new();
    let mut stack = vec![Item::Node(node)];
    let mut fields: Vec<Item<'_>> = Vec::new();
    while let Some(item) = stack.pop() {
        match item {
            Item::Text(text) | Item::Name(text) => out.push_str(text),
            Item::Attribute(name, value) => out.push_str(&format!("{name}={value}")),
            Item::Constant(value) => constant(&mut out, &mut stack, value),
            Item::Value(value) => field_value(&mut out, &mut stack, value),
            Item::Node(node) => {
                out.push_str(node.name());
                out.push('(');
                let mut first = true;
                node.for_each_field(&mut |name, value| {
                    let absent = match value {
                        FieldValue::None => true,
                        FieldValue::Nodes(list) => list.is_empty(),
                        FieldValue::Identifiers(names) => names.is_empty(),
                        _ => false,
                    };
                    if !absent {
                        if !first {
                            fields.push(Item::Text(", "));
                        }
                        first = false;
                        fields.extend([Item::Name(name), Item::Text("="), Item::Value(value)]);
                    }
                });
                if let Some(loc) = node.location().filter(|_| include_attributes) {
                    let attributes = [
                        ("lineno", loc.lineno),
                        ("col_offset", loc.col_offset),
                        ("end_lineno", loc.end_lineno),
                        ("end_col_offset", loc.end_col_offset),
                    ];
                    for (name, value) in attributes {
                        if !first {
                            fields.push(Item::Text(", "));
                        }
                        first = false;
                        fields.push(Item::Attribute(name, value));
                    }
                }
                fields.push(Item::Text(")"));
                stack.extend(fields.drain(..).rev());
            }
        }
    }
    out
}

fn field_value<'a>(out: &mut String, stack: &mut Vec<Item<'a>>, value: FieldValue<'a>) {
    match value {
        FieldValue::None => out.push_str("None"),
        FieldValue::Node(node) => stack.push(Item::Node(node)),
        FieldValue::Nodes(list) => {
            out.push('[');
            stack.push(Item::Text("]"));
            for index in (0..list.len()).rev() {
                stack.push(list.get(index).map_or(Item::Text("None"), Item::Node));
                if index > 0 {
                    stack.push(Item::Text(", "));
                }
            }
        }
        FieldValue::Identifier(text) | FieldValue::String(text) => out.push_str(&str_repr(text)),
        FieldValue::Identifiers(names) => {
            let names: Vec<String> = names.iter().map(|name| str_repr(name)).collect();
            out.push_str(&format!("[{}]", names.join(", ")));
        }
        FieldValue::Int(value) => out.push_str(&value.to_string()),
        FieldValue::Constant(value) => stack.push(Item::Constant(value)),
    }
}

fn str_repr(text: &str) -> String {
    repr::str(text.chars().map(u32::from))
}

fn constant<'a>(out: &mut String, stack: &mut Vec<Item<'a>>, value: Constant<'a>) {
    match value {
        Constant::None => out.push_str("None"),
        Constant::True => out.push_str("True"),
        Constant::False => out.push_str("False"),
        Constant::Ellipsis => out.push_str("Ellipsis"),
        Constant::Int(Int::Small(value)) => out.push_str(&value.to_string()),
        Constant::Int(value) => out.push_str(&value.to_ibig().to_string()),
        Constant::Float(value) => out.push_str(&float::repr(value)),
        Constant::Complex { real, imag } => out.push_str(&complex::repr(real, imag)),
        Constant::Str(text) => {
            let code_points = text.code_points().map(|point| point.to_u32());
            out.push_str(&repr::str(code_points));
        }
        Constant::Bytes(bytes) => out.push_str(&repr::bytes(bytes)),
        Constant::Tuple(items) => sequence(out, stack, "(", items, if items.len() == 1 { ",)" } else { ")" }),
        Constant::Frozenset([]) => out.push_str("frozenset()"),
        Constant::Frozenset(items) => sequence(out, stack, "frozenset({", items, "})"),
    }
}

fn sequence<'a>(
    out: &mut String,
    stack: &mut Vec<Item<'a>>,
    open: &'static str,
    items: &'a [Constant<'a>],
    close: &'static str,
) {
    out.push_str(open);
    stack.push(Item::Text(close));
    for (index, item) in items.iter().enumerate().rev() {
        stack.push(Item::Constant(*item));
        if index > 0 {
            stack.push(Item::Text(", "));
        }
    }
}
