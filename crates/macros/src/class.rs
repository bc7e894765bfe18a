//! `#[pyclass]`.

use crate::attrs::{self, option_str};
use crate::methods::table_name;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, Ident, ItemStruct, LitStr, Path, Result, Type};

/// Expands the attribute.
pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let item: ItemStruct = syn::parse2(item)?;
    let mut name: Option<LitStr> = None;
    let mut module: Option<LitStr> = None;
    let mut sig: Option<LitStr> = None;
    let mut base: Option<Path> = None;
    let mut base_class: Option<Path> = None;
    let mut metaclass: Option<Path> = None;
    let mut info: Option<Path> = None;
    let mut flags: Vec<Ident> = Vec::new();
    let mut parts: Vec<Ident> = Vec::new();
    let parser = syn::meta::parser(|meta| {
        let Some(key) = meta.path.get_ident() else {
            return Err(meta.error("unexpected path"));
        };
        match key.to_string().as_str() {
            "name" => name = Some(meta.value()?.parse()?),
            "module" => module = Some(meta.value()?.parse()?),
            "sig" => sig = Some(meta.value()?.parse()?),
            "base" => base = Some(meta.value()?.parse()?),
            "base_class" => base_class = Some(meta.value()?.parse()?),
            "metaclass" => metaclass = Some(meta.value()?.parse()?),
            "info" => info = Some(meta.value()?.parse()?),
            "parts" => meta.parse_nested_meta(|part| {
                parts.push(part.path.require_ident()?.clone());
                Ok(())
            })?,
            "immutable" => {}
            "basetype" | "gc" | "dict" | "weakref" | "var" | "heap" | "sequence" | "mapping"
            | "match_self" | "no_new" | "method_descriptor" | "finalizer" | "shared_layout"
            | "any_receiver" | "plain_new" | "plain_buffer" => {
                flags.push(format_ident!("{}", key.to_string().to_uppercase()))
            }
            _ => return Err(meta.error("unknown property of a class")),
        }
        Ok(())
    });
    syn::parse::Parser::parse2(parser, attr)?;
    let Some(name) = name else {
        return Err(Error::new(item.ident.span(), "a class needs `name = \"…\"`"));
    };
    if !item.generics.params.is_empty() {
        return Err(Error::new(item.generics.span(), "a class has no type parameters"));
    }
    if let Some(base) = &base {
        check_base(&item, base)?;
    }

    let ident = &item.ident;
    let module = module.map_or_else(|| "builtins".to_owned(), |module| module.value());
    let doc = option_str(attrs::doc(&item.attrs).as_deref());
    let sig = option_str(sig.map(|sig| sig.value()).as_deref());
    let class_base = match (&base, &base_class) {
        (_, Some(class)) => quote!(::core::option::Option::Some(#class)),
        (Some(base), None) => quote!(::core::option::Option::Some(<#base as __s::Payload>::class)),
        (None, None) => quote!(::core::option::Option::None),
    };
    let metaclass = match metaclass {
        Some(class) => quote!(::core::option::Option::Some(#class)),
        None => quote!(::core::option::Option::None),
    };
    let info = match info {
        Some(info) => quote!(#info),
        None if flags.iter().any(|flag| flag == "GC") => quote!(__s::PayloadInfo::traced::<#ident>()),
        None => quote!(__s::PayloadInfo::leaf::<#ident>()),
    };
    let tables = std::iter::once(table_name(None)).chain(parts.iter().map(|part| table_name(Some(part))));
    Ok(quote! {
        #item
        const _: () = {
            use ::minipy_vm::macros_support as __s;
            #[allow(unused_imports)]
            use __s::DefaultMembers as _;
            static CLASS: __s::ClassCell = __s::ClassCell::new();
            const FLAGS: __s::ClassFlags = __s::ClassFlags(0 #(| __s::ClassFlags::#flags)*);
            static INFO: __s::PayloadInfo = #info;
            static DEF: __s::ClassDef = __s::ClassDef {
                name: #name, module: #module, doc: #doc, text_signature: #sig, flags: FLAGS,
                class: <#ident as __s::Payload>::class, base: #class_base, metaclass: #metaclass, payload: &INFO,
                members: &[#(#ident::#tables),*],
            };
            #[allow(clippy::undocumented_unsafe_blocks)]
            unsafe impl __s::Payload for #ident {
                const INFO: &'static __s::PayloadInfo = &INFO;
                #[inline]
                fn class() -> &'static __s::TypeRef {
                    CLASS.get_or_init(&DEF)
                }
                #[inline(always)]
                fn class_address() -> *const () {
                    CLASS.address()
                }
            }
            impl __s::PyClassDef for #ident {
                const NAME: &'static str = #name;
                const DEF: &'static __s::ClassDef = &DEF;
            }
        };
    })
}

/// A subclass's payload starts with that of its base.
fn check_base(item: &ItemStruct, base: &Path) -> Result<()> {
    let layout = item.attrs.iter().filter(|attr| attr.path().is_ident("repr")).any(|attr| {
        let mut fixed = false;
        let _ = attr.parse_nested_meta(|meta| {
            fixed |= meta.path.is_ident("C") || meta.path.is_ident("transparent");
            Ok(())
        });
        fixed
    });
    if !layout {
        return Err(Error::new(item.ident.span(), "a struct with a base class is `#[repr(C)]`"));
    }
    let last = |path: &Path| path.segments.last().map(|segment| segment.ident.clone());
    let first = item.fields.iter().next().map(|field| &field.ty);
    match first {
        Some(Type::Path(path)) if last(&path.path) == last(base) => Ok(()),
        _ => Err(Error::new(item.fields.span(), "the first field is the base's payload")),
    }
}
