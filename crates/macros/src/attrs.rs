//! Reading attributes: helper attributes of items, documentation, `cfg`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, LitStr, Meta, Result, Token};

/// Arguments of `#[pymethod]` and the like.
#[derive(Default)]
pub struct ItemArgs {
    pub name: Option<String>,
    pub sig: Option<LitStr>,
    /// The `__text_signature__` where it is no signature in Python's grammar.
    pub text: Option<String>,
    /// The name of the function in messages where it is not its own.
    pub called: Option<String>,
    /// The bare words.
    pub words: Vec<Ident>,
}

impl ItemArgs {
    /// Whether the item has the words `nosig` (no `__text_signature__`), `defining_class` and `nameless` (messages about its arguments
    /// do not name it). Others are errors.
    pub fn function_words(&self) -> Result<[bool; 3]> {
        const WORDS: [&str; 3] = ["nosig", "defining_class", "nameless"];
        let found = WORDS.map(|known| self.words.iter().any(|word| word == known));
        match self.words.iter().find(|word| !WORDS.iter().any(|known| *word == known)) {
            Some(word) => Err(Error::new(word.span(), "unexpected word")),
            None => Ok(found),
        }
    }
}

/// Removes the attribute called `name` and reads its arguments.
pub fn take(attrs: &mut Vec<Attribute>, name: &str) -> Result<Option<ItemArgs>> {
    let Some(index) = attrs.iter().position(|attr| attr.path().is_ident(name)) else {
        return Ok(None);
    };
    let attr = attrs.remove(index);
    let mut args = ItemArgs::default();
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::List(list) => {
            for expr in list.parse_args_with(Punctuated::<ItemArg, Token![,]>::parse_terminated)? {
                match expr {
                    ItemArg::Sig(text) => args.sig = Some(text),
                    ItemArg::Word(word) => args.words.push(word),
                    ItemArg::Named(key, value) if key == "name" => args.name = Some(value.value()),
                    ItemArg::Named(key, value) if key == "sig" => args.sig = Some(value),
                    ItemArg::Named(key, value) if key == "text" => args.text = Some(value.value()),
                    ItemArg::Named(key, value) if key == "called" => args.called = Some(value.value()),
                    ItemArg::Named(key, _) => {
                        return Err(Error::new(key.span(), "expected `name`, `sig`, `text` or `called`"));
                    }
                }
            }
        }
        Meta::NameValue(meta) => return Err(Error::new(meta.span(), "expected parentheses")),
    }
    Ok(Some(args))
}

enum ItemArg {
    Sig(LitStr),
    Word(Ident),
    Named(Ident, LitStr),
}

impl syn::parse::Parse for ItemArg {
    fn parse(input: syn::parse::ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(ItemArg::Sig);
        }
        let key = syn::ext::IdentExt::parse_any(input)?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(ItemArg::Named(key, input.parse()?));
        }
        Ok(ItemArg::Word(key))
    }
}

/// The string of a literal expression.
pub fn string(expr: &Expr) -> Result<LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
        _ => Err(Error::new(expr.span(), "expected a string")),
    }
}

/// The text of the doc comment, without the indentation that its lines share.
pub fn doc(attrs: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attr in attrs {
        if attr.path().is_ident("doc")
            && let Meta::NameValue(meta) = &attr.meta
            && let Ok(text) = string(&meta.value)
        {
            lines.extend(text.value().split('\n').map(str::to_owned));
        }
    }
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let text: Vec<_> = lines.iter().map(|line| line.get(indent..).unwrap_or("").trim_end()).collect();
    let text = text.join("\n");
    // An empty line at the end is wanted: many docstrings end with a line break.
    let text = text.trim_start_matches('\n');
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

/// The `cfg` attributes, for the code generated for the item.
pub fn cfgs(attrs: &[Attribute]) -> TokenStream {
    let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    quote!(#(#cfgs)*)
}

/// `Some("…")` or `None`.
pub fn option_str(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// The Python name of a Rust identifier.
pub fn python_name(ident: &Ident) -> String {
    syn::ext::IdentExt::unraw(ident).to_string()
}

/// An identifier for a generated function.
pub fn generated(prefix: &str, name: &str, span: Span) -> Ident {
    Ident::new(&format!("__{prefix}_{name}"), span)
}
