//! Generates the body of a shim: bind the arguments, convert them, call the Rust function.

use crate::sig::{self, Default as Literal, Kind, Param};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Expr, FnArg, GenericArgument, LitStr, PathArguments, Result, Type};

/// What to generate a call of.
pub struct Target<'a> {
    pub function: &'a syn::Signature,
    /// Path of the Rust function.
    pub path: TokenStream,
    /// The signature, if one was written.
    pub sig: Option<&'a LitStr>,
    /// Name of the function in messages, as a constant expression.
    pub name: TokenStream,
    /// What qualifies the name in messages, as a constant expression.
    pub owner: TokenStream,
    /// How the receiver's parameter is called in a text signature; None if there is no receiver.
    pub receiver: Option<&'static str>,
    /// The receiver's value if it is not the first of the arguments.
    pub receiver_expr: Option<TokenStream>,
    pub self_ty: Option<&'a Type>,
    pub constructor: bool,
}

/// The generated pieces.
pub struct Call {
    /// Statements and a final call expression; `a: Args` is in scope.
    pub body: TokenStream,
    pub text_signature: Option<String>,
    /// Whether any argument can be given by keyword.
    pub takes_keywords: bool,
}

enum Shape<'a> {
    Option,
    Args,
    Slice,
    KwArgs,
    Plain(&'a Type),
}

/// The last segment of a path type, and its first type argument.
fn last_segment(ty: &Type) -> Option<(String, Option<&Type>)> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    let inner = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|arg| match arg {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    };
    Some((segment.ident.to_string(), inner))
}

fn is_value(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|(name, _)| name == "Value")
}

fn shape(ty: &Type) -> Shape<'_> {
    if let Type::Reference(reference) = ty
        && let Type::Slice(slice) = &*reference.elem
        && is_value(&slice.elem)
    {
        return Shape::Slice;
    }
    match last_segment(ty) {
        Some((name, _)) if name == "Option" => Shape::Option,
        Some((name, _)) if name == "Args" => Shape::Args,
        Some((name, _)) if name == "KwArgs" => Shape::KwArgs,
        _ => Shape::Plain(ty),
    }
}

/// The expression for the receiver, from the expression `value: &Value`.
pub fn receiver(arg: &FnArg, self_ty: Option<&Type>, value: TokenStream) -> Result<TokenStream> {
    let support = quote!(::minipy_vm::macros_support);
    match arg {
        FnArg::Receiver(this) => {
            if this.reference.is_none() || this.mutability.is_some() || this.colon_token.is_some() {
                return Err(Error::new(
                    this.span(),
                    "the receiver is `&self`, `zelf: &Ref<Self>` or `zelf: &Value`",
                ));
            }
            Ok(quote!(&**#support::receiver::<#self_ty>(#value)))
        }
        FnArg::Typed(typed) => {
            let Type::Reference(reference) = &*typed.ty else {
                return Err(Error::new(typed.ty.span(), "the receiver is taken by reference"));
            };
            match last_segment(&reference.elem) {
                Some((name, _)) if name == "Value" => Ok(value),
                Some((name, _)) if name == "Ref" => Ok(quote!(#support::receiver::<#self_ty>(#value))),
                Some((name, _)) if name == "TypeRef" => Ok(quote!(#support::receiver(#value))),
                // An alias such as `StrRef`; the compiler checks that it is one of `Ref<Self>`.
                Some((name, None)) if name.ends_with("Ref") => {
                    Ok(quote!(#support::receiver::<#self_ty>(#value)))
                }
                _ => Err(Error::new(
                    reference.elem.span(),
                    "the receiver is `&self`, `&Ref<Self>`, `&Value` or, of a class method, `&TypeRef`",
                )),
            }
        }
    }
}

/// Derives the signature from the Rust parameters.
fn derive(types: &[(String, &Type)]) -> Vec<Param> {
    let param = |(name, ty): &(String, &Type)| {
        let name = name.trim_start_matches('_').to_owned();
        let (kind, default) = match shape(ty) {
            Shape::Option => (Kind::PositionalOnly, Some(Literal::Other("<unrepresentable>".to_owned()))),
            Shape::Slice => (Kind::VarArgs, None),
            Shape::KwArgs => (Kind::VarKw, None),
            Shape::Args | Shape::Plain(_) => (Kind::PositionalOnly, None),
        };
        Param { name, kind, default }
    };
    types.iter().map(param).collect()
}

/// The text of a derived signature.
fn render(receiver: Option<&str>, params: &[Param]) -> String {
    let mut parts: Vec<String> = receiver.iter().map(|name| format!("${name}")).collect();
    let last_positional = params.iter().rposition(|param| param.kind == Kind::PositionalOnly);
    if last_positional.is_none() && receiver.is_some() {
        parts.push("/".to_owned());
    }
    for (index, param) in params.iter().enumerate() {
        parts.push(match (param.kind, &param.default) {
            (Kind::VarArgs, _) => format!("*{}", param.name),
            (Kind::VarKw, _) => format!("**{}", param.name),
            (_, Some(_)) => format!("{}=<unrepresentable>", param.name),
            (_, None) => param.name.clone(),
        });
        if last_positional == Some(index) {
            parts.push("/".to_owned());
        }
    }
    format!("({})", parts.join(", "))
}

/// The written signature, with the receiver that CPython's own text signatures start with.
fn with_receiver(text: &str, parsed: &sig::Signature, receiver: Option<&str>) -> String {
    match (receiver, &parsed.receiver, text.trim().strip_prefix('(')) {
        (Some(receiver), None, Some(rest)) if rest.trim() == ")" => format!("(${receiver}, /)"),
        // A module cannot be given by keyword.
        (Some("module"), None, Some(rest)) if !rest.contains(", /") => format!("($module, /, {rest}"),
        (Some(receiver), None, Some(rest)) => format!("(${receiver}, {rest}"),
        _ => text.to_owned(),
    }
}

/// Generates the call.
pub fn generate(target: &Target<'_>) -> Result<Call> {
    let support = quote!(::minipy_vm::macros_support);
    let path = &target.path;
    let mut inputs = target.function.inputs.iter();
    let skip = usize::from(target.receiver.is_some() && target.receiver_expr.is_none());
    let mut receiver_arg = None;
    if target.receiver.is_some() {
        receiver_arg =
            Some(inputs.next().ok_or_else(|| {
                Error::new(target.function.span(), "the first parameter must be the receiver")
            })?);
    }
    let mut types = Vec::new();
    for input in inputs {
        let FnArg::Typed(typed) = input else {
            return Err(Error::new(input.span(), "unexpected `self`"));
        };
        let name = match &*typed.pat {
            syn::Pat::Ident(pat) => crate::attrs::python_name(&pat.ident),
            _ => "arg".to_owned(),
        };
        types.push((name, &*typed.ty));
    }
    let receiver_from = |value: TokenStream| -> Result<TokenStream> {
        match (&target.receiver_expr, receiver_arg) {
            (Some(expr), _) => Ok(quote!(#expr,)),
            (None, Some(arg)) => receiver(arg, target.self_ty, value).map(|expr| quote!(#expr,)),
            (None, None) => Ok(TokenStream::new()),
        }
    };

    let parsed = match target.sig {
        Some(text) => Some(sig::parse(&text.value()).map_err(|message| Error::new(text.span(), message))?),
        None => None,
    };
    let raw = matches!(types.as_slice(), [(_, ty)] if matches!(shape(ty), Shape::Args));
    if raw {
        let text_signature = target
            .sig
            .zip(parsed.as_ref())
            .map(|(text, parsed)| with_receiver(&text.value(), parsed, target.receiver_name()));
        let receiver = receiver_from(quote!(&a.args[0]))?;
        return Ok(Call { body: quote!(#path(#receiver a)), text_signature, takes_keywords: true });
    }
    let (params, text_signature) = match (target.sig, parsed) {
        (Some(text), Some(parsed)) => {
            let signature = with_receiver(&text.value(), &parsed, target.receiver_name());
            (parsed.params, signature)
        }
        _ => {
            let params = derive(&types);
            let text = render(target.receiver_name(), &params);
            (params, text)
        }
    };
    if params.len() != types.len() {
        let span = target.sig.map_or_else(|| target.function.span(), LitStr::span);
        return Err(Error::new(
            span,
            format!(
                "the signature has {} parameters, but the function has {} after the receiver",
                params.len(),
                types.len()
            ),
        ));
    }
    let body = bind(target, &params, &types, skip, &receiver_from)?;
    let takes_keywords =
        params.iter().any(|param| !matches!(param.kind, Kind::PositionalOnly | Kind::VarArgs));
    Ok(Call {
        body: quote!(use #support as __s; #body),
        text_signature: Some(text_signature),
        takes_keywords,
    })
}

impl Target<'_> {
    fn receiver_name(&self) -> Option<&'static str> {
        if self.receiver_expr.is_some() { None } else { self.receiver.or_else(|| self.module_receiver()) }
    }

    /// Functions of a module show `$module` first.
    fn module_receiver(&self) -> Option<&'static str> {
        (self.self_ty.is_none()).then_some("module")
    }
}

fn bind(
    target: &Target<'_>,
    params: &[Param],
    types: &[(String, &Type)],
    skip: usize,
    receiver_from: &dyn Fn(TokenStream) -> Result<TokenStream>,
) -> Result<TokenStream> {
    let count = |kinds: &[Kind]| params.iter().filter(|param| kinds.contains(&param.kind)).count();
    let posonly = count(&[Kind::PositionalOnly]);
    let positional = posonly + count(&[Kind::PositionalOrKeyword]);
    let keyword_only = count(&[Kind::KeywordOnly]);
    let varargs = count(&[Kind::VarArgs]) != 0;
    let varkw = count(&[Kind::VarKw]) != 0;
    let named: Vec<&Param> =
        params.iter().filter(|param| !matches!(param.kind, Kind::VarArgs | Kind::VarKw)).collect();
    if named.len() > 64 {
        return Err(Error::new(target.function.span(), "more than 64 parameters"));
    }
    let is_required = |param: &Param| param.default.is_none();
    let required = named
        .iter()
        .enumerate()
        .filter(|(_, param)| is_required(param))
        .fold(0u64, |mask, (index, _)| mask | 1 << index);
    let min = named.iter().take(positional).filter(|param| is_required(param)).count() + skip;
    let max = positional + skip;
    let names = named.iter().map(|param| &param.name);
    let (name, owner, constructor) = (&target.name, &target.owner, target.constructor);
    let (posonly_u8, positional_u8, skip_u8) = (posonly as u8, positional as u8, skip as u8);
    let spec = quote! {
        static SPEC: __s::FnSpec = __s::FnSpec {
            name: #name, owner: #owner, params: &[#(#names),*],
            posonly: #posonly_u8, positional: #positional_u8, required: #required,
            varargs: #varargs, varkw: #varkw, skip: #skip_u8, constructor: #constructor,
        };
    };

    // How the value of each named parameter is reached.
    let keywords = varkw || keyword_only != 0 || positional != posonly;
    let exact = !keywords && !varargs && min == max;
    let prologue;
    let slots: Vec<_> = (0..max).map(|index| format_ident!("p{index}")).collect();
    if exact {
        prologue = quote! {
            let (true, [#(#slots),*]) = (a.kwnames.is_empty(), a.args) else {
                return ::core::result::Result::Err(__s::bad_positional(&SPEC, a));
            };
        };
    } else if !keywords {
        let fits = fits(min, max, varargs);
        let prefix = if fits.is_empty() {
            quote!(!a.kwnames.is_empty())
        } else {
            quote!(!a.kwnames.is_empty() || !(#fits))
        };
        prologue = quote! {
            if #prefix {
                return ::core::result::Result::Err(__s::bad_positional(&SPEC, a));
            }
        };
    } else {
        let len = named.len();
        let fits = fits(min, max, varargs);
        let mut plain = quote!(a.kwnames.is_empty());
        if !fits.is_empty() {
            plain = quote!(#plain && #fits);
        }
        if named.iter().skip(positional).any(|param| is_required(param)) {
            plain = quote!(false);
        }
        prologue = quote! {
            let mut buffer;
            let parsed: ::core::option::Option<&[::core::option::Option<&__s::Value>; #len]> = if #plain {
                ::core::option::Option::None
            } else {
                buffer = [::core::option::Option::None; #len];
                __s::parse_args(&SPEC, a, &mut buffer)?;
                ::core::option::Option::Some(&buffer)
            };
        };
    }

    let mut arguments = Vec::new();
    let mut next = 0;
    for (param, (_, ty)) in params.iter().zip(types) {
        let span = ty.span();
        match (param.kind, shape(ty)) {
            (Kind::VarArgs, Shape::Slice) => arguments.push(quote!(__s::rest(a, #max))),
            (Kind::VarKw, Shape::KwArgs) => arguments.push(quote!(__s::KwArgs::new(&SPEC, a))),
            (Kind::VarArgs, _) => {
                return Err(Error::new(span, format!("`*{}` has the type `&[Value]`", param.name)));
            }
            (Kind::VarKw, _) => {
                return Err(Error::new(span, format!("`**{}` has the type `KwArgs<'_>`", param.name)));
            }
            (_, Shape::Slice | Shape::KwArgs | Shape::Args) => {
                return Err(Error::new(span, format!("`{}` is a single value", param.name)));
            }
            (_, shape) => {
                let at = next + skip;
                let required = is_required(param);
                let source = if exact {
                    let slot = &slots[at];
                    quote!(#slot)
                } else if !keywords {
                    if required { quote!(&a.args[#at]) } else { quote!(a.args.get(#at)) }
                } else {
                    let plain = if param.kind == Kind::KeywordOnly {
                        quote!(::core::option::Option::None)
                    } else {
                        quote!(a.args.get(#at))
                    };
                    let get = quote!(match parsed { ::core::option::Option::None => #plain, ::core::option::Option::Some(found) => found[#next] });
                    if required { quote!(__s::required(#get, &SPEC, #next)?) } else { get }
                };
                arguments.push(convert(param, &shape, source, next, span)?);
                next += 1;
            }
        }
    }
    let receiver = receiver_from(if exact && skip == 1 { quote!(p0) } else { quote!(&a.args[0]) })?;
    let path = &target.path;
    Ok(quote! { #spec #prologue #path(#receiver #(#arguments),*) })
}

/// The condition on the number of arguments; empty if any number fits.
fn fits(min: usize, max: usize, varargs: bool) -> TokenStream {
    match (min, varargs) {
        (0, true) => TokenStream::new(),
        (_, true) => quote!(a.args.len() >= #min),
        (0, false) => quote!(a.args.len() <= #max),
        (_, false) if min == max => quote!(a.args.len() == #max),
        (_, false) => quote!((#min..=#max).contains(&a.args.len())),
    }
}

/// The argument for one parameter, from `source`: a `&Value`, or an option of it if there is a default.
fn convert(
    param: &Param,
    shape: &Shape<'_>,
    source: TokenStream,
    index: usize,
    span: Span,
) -> Result<TokenStream> {
    let from = |value: TokenStream| quote_spanned!(span=> __s::FromArg::from_arg(#value, __s::ArgPos { spec: &SPEC, param: #index })?);
    let some = quote!(::core::option::Option::Some);
    let none = quote!(::core::option::Option::None);
    let name = &param.name;
    let Some(default) = &param.default else {
        return match shape {
            Shape::Option => Err(Error::new(
                span,
                format!(
                    "`{name}` has no default in the signature; use `Nullable` for an argument that may be None"
                ),
            )),
            _ => Ok(from(source)),
        };
    };
    let converted = from(quote!(value));
    match (shape, default) {
        // An explicit None is the default itself.
        (Shape::Option, Literal::None) => Ok(quote! {
            match #source { #some(value) if !value.is_none() => #some(#converted), _ => #none }
        }),
        (Shape::Option, _) => Ok(quote!(match #source { #some(value) => #some(#converted), #none => #none })),
        (Shape::Plain(ty), default) => {
            let literal = literal(default, ty).ok_or_else(|| {
                Error::new(span, format!("`{name}` has a default, so its type is an `Option`"))
            })?;
            let literal = quote_spanned!(span=> #literal);
            Ok(quote!(match #source { #some(value) => #converted, #none => #literal }))
        }
        _ => Err(Error::new(span, "this type cannot have a default")),
    }
}

/// The default as a Rust expression of type `ty`.
fn literal(default: &Literal, ty: &Type) -> Option<TokenStream> {
    let name = last_segment(ty).map(|(name, _)| name).unwrap_or_default();
    let number = |text: &str| syn::parse_str::<Expr>(text).ok().map(|expr| quote!(#expr));
    let plain = match default {
        Literal::None if name == "Nullable" => {
            return Some(quote!(__s::Nullable(::core::option::Option::None)));
        }
        Literal::None if name == "Value" => quote!(()),
        Literal::None | Literal::Other(_) => return None,
        Literal::Bool(value) => quote!(#value),
        Literal::Int(text) if name == "f64" => number(&format!("{text}.0"))?,
        Literal::Int(text) if name == "Value" => {
            let int = number(text)?;
            quote!((#int) as i64)
        }
        Literal::Int(text) | Literal::Float(text) => number(text)?,
        Literal::Str(text) => quote!(#text),
    };
    match name.as_str() {
        "Value" => Some(quote!(__s::IntoPy::into_py(#plain)?)),
        "Nullable" | "IntArg" | "Ref" => None,
        _ if matches!(ty, Type::Reference(_)) => None,
        _ => Some(plain),
    }
}
