//! `#[pymodule]`.

use crate::attrs;
use crate::call::{self, Target};
use crate::methods::{attr_entry, method_def, native_fn};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Item, ItemFn, ItemMod, LitStr, Path, Result};

/// Expands the attribute.
pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let mut name: Option<LitStr> = None;
    let mut classes: Vec<Path> = Vec::new();
    let mut parts: Vec<Path> = Vec::new();
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("name") {
            name = Some(meta.value()?.parse()?);
            return Ok(());
        }
        let list = match meta.path.get_ident().map(ToString::to_string).as_deref() {
            Some("classes") => &mut classes,
            Some("parts") => &mut parts,
            _ => return Err(meta.error("expected `name`, `classes` or `parts`")),
        };
        meta.parse_nested_meta(|entry| {
            list.push(entry.path);
            Ok(())
        })
    });
    syn::parse::Parser::parse2(parser, attr)?;
    let mut module: ItemMod = syn::parse2(item)?;
    let name = name.map_or_else(|| attrs::python_name(&module.ident), |name| name.value());
    let owner = if name == "builtins" { "" } else { name.as_str() };
    let doc = attrs::option_str(attrs::doc(&module.attrs).as_deref());
    let ident = module.ident.clone();
    let Some((_, items)) = &mut module.content else {
        return Err(Error::new(ident.span(), "the module's body must follow"));
    };
    let (mut shims, mut functions, mut values) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    let mut init = quote!(::core::option::Option::None);
    for item in items.iter_mut() {
        match item {
            Item::Fn(function) => {
                if let Some(args) = attrs::take(&mut function.attrs, "pyfunction")? {
                    let (shim, entry) = function_entry(function, args, owner)?;
                    shims.extend(shim);
                    functions.extend(entry);
                } else if attrs::take(&mut function.attrs, "init")?.is_some() {
                    let ident = &function.sig.ident;
                    shims.extend(quote! {
                        fn __init(module: &__s::Ref<::minipy_vm::PyModule>) -> __s::PyResult<()> {
                            __s::IntoResult::into_result(#ident(module))
                        }
                    });
                    init = quote!(::core::option::Option::Some(__init));
                } else if let Some(args) = attrs::take(&mut function.attrs, "pyattr")? {
                    let ident = &function.sig.ident;
                    let name = args.name.unwrap_or_else(|| attrs::python_name(ident));
                    let (shim, entry) =
                        attr_entry(&name, attrs::cfgs(&function.attrs), ident, quote!(#ident()));
                    shims.extend(shim);
                    values.extend(entry);
                }
            }
            Item::Const(constant) => {
                if let Some(args) = attrs::take(&mut constant.attrs, "pyattr")? {
                    let ident = &constant.ident;
                    let name = args.name.unwrap_or_else(|| attrs::python_name(ident));
                    let (shim, entry) =
                        attr_entry(&name, attrs::cfgs(&constant.attrs), ident, quote!(#ident));
                    shims.extend(shim);
                    values.extend(entry);
                    constant.attrs.push(lower_case());
                }
            }
            _ => {}
        }
    }
    items.push(Item::Verbatim(quote! {
        /// The definition of the Python module.
        #[allow(non_snake_case)]
        pub static MODULE: ::minipy_vm::macros_support::ModuleDef = {
            use ::minipy_vm::macros_support as __s;
            #shims
            __s::ModuleDef {
                name: #name, doc: #doc, functions: &[#functions], attrs: &[#values],
                classes: &[#(<#classes as __s::PyClassDef>::DEF),*],
                parts: &[#(&#parts),*], init: #init,
            }
        };
    }));
    Ok(quote!(#module))
}

/// Python's constants are not all in upper case.
fn lower_case() -> Attribute {
    syn::parse_quote!(#[allow(non_upper_case_globals)])
}

fn function_entry(
    function: &ItemFn,
    args: attrs::ItemArgs,
    owner: &str,
) -> Result<(TokenStream, TokenStream)> {
    let [unsigned, _, nameless] = args.function_words()?;
    let ident = &function.sig.ident;
    let name = args.name.unwrap_or_else(|| attrs::python_name(ident));
    let mut call = call::generate(&Target {
        function: &function.sig,
        path: quote!(#ident),
        sig: args.sig.as_ref(),
        name: if nameless { quote!("") } else { quote!(#name) },
        owner: quote!(#owner),
        receiver: None,
        receiver_expr: None,
        self_ty: None,
        constructor: false,
    })?;
    if unsigned {
        call.text_signature = None;
    }
    let cfgs = attrs::cfgs(&function.attrs);
    let shim = attrs::generated("function", &attrs::python_name(ident), ident.span());
    let doc = attrs::doc(&function.attrs);
    let entry = method_def(&name, &shim, call.text_signature.as_deref(), doc.as_deref(), "Static", false);
    Ok((native_fn(&cfgs, &shim, &call.body), quote!(#cfgs #entry,)))
}
