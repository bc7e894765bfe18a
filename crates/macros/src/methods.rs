//! `#[pymethods]`.

use crate::attrs::{self, ItemArgs, generated, option_str};
use crate::call::{self, Call, Target};
use crate::slots::slot_type;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Error, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Result, Type};

/// The tables one block fills.
#[derive(Default)]
struct Tables {
    shims: TokenStream,
    methods: TokenStream,
    attrs: TokenStream,
    /// In the order of the source, which is that of the class's namespace.
    getset: Vec<(String, GetSet)>,
    slots: TokenStream,
    text_signature: Option<String>,
}

#[derive(Default)]
struct GetSet {
    cfgs: TokenStream,
    get: Option<Ident>,
    set: Option<Ident>,
    doc: Option<String>,
    member: bool,
}

/// Name of the constant that holds the members of a block.
pub fn table_name(part: Option<&Ident>) -> Ident {
    match part {
        Some(part) => format_ident!("__PYMETHODS_{part}"),
        None => format_ident!("__PYMETHODS"),
    }
}

/// Expands the attribute.
pub fn expand(attr: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let mut part = None;
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("part") {
            part = Some(meta.value()?.parse::<Ident>()?);
            Ok(())
        } else {
            Err(meta.error("expected `part = NAME`"))
        }
    });
    syn::parse::Parser::parse2(parser, attr)?;
    let mut block: ItemImpl = syn::parse2(item)?;
    if block.trait_.is_some() || !block.generics.params.is_empty() {
        return Err(Error::new(block.self_ty.span(), "expected an inherent impl without generics"));
    }
    let self_ty = (*block.self_ty).clone();
    let mut tables = Tables::default();
    let mut errors: Option<Error> = None;
    for item in &mut block.items {
        let result = match item {
            ImplItem::Fn(function) => function_item(function, &self_ty, &mut tables),
            ImplItem::Const(constant) => {
                let ident = constant.ident.clone();
                constant_item(&mut constant.attrs, &ident, &self_ty, &mut tables)
            }
            _ => Ok(()),
        };
        if let Err(error) = result {
            match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            }
        }
    }
    if let Some(errors) = errors {
        let errors = errors.into_compile_error();
        return Ok(quote!(#block #errors));
    }
    let table = tables.finish(&self_ty, part.as_ref());
    Ok(quote!(#block #table))
}

fn constant_item(
    attributes: &mut Vec<Attribute>,
    ident: &Ident,
    self_ty: &Type,
    tables: &mut Tables,
) -> Result<()> {
    if let Some(args) = attrs::take(attributes, "pyattr")? {
        let name = args.name.unwrap_or_else(|| attrs::python_name(ident));
        let (shim, entry) = attr_entry(&name, attrs::cfgs(attributes), ident, quote!(<#self_ty>::#ident));
        tables.shims.extend(shim);
        tables.attrs.extend(entry);
    }
    Ok(())
}

/// The shim and table entry of a `#[pyattr]`.
pub fn attr_entry(
    name: &str,
    cfgs: TokenStream,
    ident: &Ident,
    value: TokenStream,
) -> (TokenStream, TokenStream) {
    let shim = generated("attr", &attrs::python_name(ident), ident.span());
    let function = quote! {
        #cfgs fn #shim() -> ::minipy_vm::PyResult<::minipy_vm::Value> {
            ::minipy_vm::macros_support::IntoPy::into_py(#value)
        }
    };
    let entry = quote!(#cfgs ::minipy_vm::macros_support::AttrDef { name: #name, value: #shim },);
    (function, entry)
}

fn function_item(function: &mut ImplItemFn, self_ty: &Type, tables: &mut Tables) -> Result<()> {
    let attributes = &mut function.attrs;
    let kinds = [("pymethod", "Instance"), ("pyclassmethod", "Class"), ("pystaticmethod", "Static")];
    for (attribute, kind) in kinds {
        if let Some(args) = attrs::take(attributes, attribute)? {
            return method(function, args, kind, self_ty, tables);
        }
    }
    if let Some(args) = attrs::take(attributes, "pygetset")? {
        return getset(function, args, self_ty, tables);
    }
    if let Some(args) = attrs::take(attributes, "slot")? {
        return slot(function, args, self_ty, tables);
    }
    if let Some(args) = attrs::take(attributes, "pyattr")? {
        let ident = &function.sig.ident;
        let name = args.name.unwrap_or_else(|| attrs::python_name(ident));
        let (shim, entry) =
            attr_entry(&name, attrs::cfgs(&function.attrs), ident, quote!(<#self_ty>::#ident()));
        tables.shims.extend(shim);
        tables.attrs.extend(entry);
    }
    Ok(())
}

fn method(
    function: &ImplItemFn,
    args: ItemArgs,
    kind: &str,
    self_ty: &Type,
    tables: &mut Tables,
) -> Result<()> {
    let [unsigned, defining_class, _] = args.function_words()?;
    let ident = &function.sig.ident;
    let name = args.name.unwrap_or_else(|| attrs::python_name(ident));
    let called = args.called.as_ref().unwrap_or(&name);
    let Call { body, mut text_signature, .. } = call::generate(&Target {
        function: &function.sig,
        path: quote!(<#self_ty>::#ident),
        sig: args.sig.as_ref(),
        name: quote!(#called),
        owner: quote!(<#self_ty as ::minipy_vm::macros_support::PyClassDef>::NAME),
        receiver: match kind {
            "Instance" => Some("self"),
            "Class" => Some("type"),
            _ => None,
        },
        receiver_expr: None,
        self_ty: Some(self_ty),
        constructor: false,
    })?;
    if unsigned || args.text.is_some() {
        text_signature = args.text;
    }
    let cfgs = attrs::cfgs(&function.attrs);
    let shim = generated("method", &attrs::python_name(ident), ident.span());
    let entry = method_def(
        &name,
        &shim,
        text_signature.as_deref(),
        attrs::doc(&function.attrs).as_deref(),
        kind,
        defining_class,
    );
    tables.shims.extend(native_fn(&cfgs, &shim, &body));
    tables.methods.extend(quote!(#cfgs #entry,));
    Ok(())
}

/// A shim of the type `NativeFn`.
pub fn native_fn(cfgs: &TokenStream, name: &Ident, body: &TokenStream) -> TokenStream {
    quote! {
        #cfgs fn #name(a: ::minipy_vm::Args<'_>) -> ::minipy_vm::PyResult<::minipy_vm::Value> {
            ::minipy_vm::macros_support::IntoPy::into_py({ #body })
        }
    }
}

/// An entry of a table of methods.
pub fn method_def(
    name: &str,
    func: &Ident,
    text_signature: Option<&str>,
    doc: Option<&str>,
    kind: &str,
    defining_class: bool,
) -> TokenStream {
    let (text_signature, doc) = (option_str(text_signature), option_str(doc));
    let kind = format_ident!("{kind}");
    quote! {
        ::minipy_vm::macros_support::MethodDef {
            name: #name, func: #func, text_signature: #text_signature, doc: #doc,
            kind: ::minipy_vm::macros_support::MethodKind::#kind, defining_class: #defining_class,
        }
    }
}

/// The receiver expression of a function whose receiver is called `zelf` in the shim.
fn zelf(function: &ImplItemFn, self_ty: &Type) -> Result<TokenStream> {
    match function.sig.inputs.first() {
        Some(arg) => call::receiver(arg, Some(self_ty), quote!(zelf)),
        None => Err(Error::new(function.sig.span(), "the first parameter must be the receiver")),
    }
}

fn getset(function: &ImplItemFn, args: ItemArgs, self_ty: &Type, tables: &mut Tables) -> Result<()> {
    let ident = &function.sig.ident;
    let rust_name = attrs::python_name(ident);
    let setter = args.words.iter().any(|word| word == "setter");
    if let Some(word) = args.words.iter().find(|word| *word != "setter" && *word != "member") {
        return Err(Error::new(word.span(), "expected `setter` or `member`"));
    }
    let expected = if setter { 2 } else { 1 };
    if function.sig.inputs.len() != expected {
        return Err(Error::new(function.sig.span(), format!("expected {expected} parameters")));
    }
    let receiver = zelf(function, self_ty)?;
    let name = args.name.unwrap_or_else(|| match rust_name.strip_prefix("set_") {
        Some(rest) if setter => rest.to_owned(),
        _ => rust_name.clone(),
    });
    let cfgs = attrs::cfgs(&function.attrs);
    let index = tables.getset.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
        tables.getset.push((name, GetSet::default()));
        tables.getset.len() - 1
    });
    let entry = &mut tables.getset[index].1;
    entry.cfgs = cfgs.clone();
    entry.member |= args.words.iter().any(|word| word == "member");
    let previous;
    if setter {
        let shim = generated("set", &rust_name, ident.span());
        tables.shims.extend(quote! {
            #cfgs fn #shim(zelf: &::minipy_vm::Value, value: ::core::option::Option<::minipy_vm::Value>) -> ::minipy_vm::PyResult<()> {
                ::minipy_vm::macros_support::IntoResult::into_result(<#self_ty>::#ident(#receiver, value))
            }
        });
        previous = entry.set.replace(shim);
    } else {
        let shim = generated("get", &rust_name, ident.span());
        tables.shims.extend(quote! {
            #cfgs fn #shim(zelf: &::minipy_vm::Value) -> ::minipy_vm::PyResult<::minipy_vm::Value> {
                ::minipy_vm::macros_support::IntoPy::into_py(<#self_ty>::#ident(#receiver))
            }
        });
        entry.doc = attrs::doc(&function.attrs);
        previous = entry.get.replace(shim);
    }
    match previous {
        Some(_) => Err(Error::new(ident.span(), "this attribute is already defined")),
        None => Ok(()),
    }
}

fn slot(function: &ImplItemFn, args: ItemArgs, self_ty: &Type, tables: &mut Tables) -> Result<()> {
    let ident = &function.sig.ident;
    let name = match args.words.as_slice() {
        [] => attrs::python_name(ident),
        [word] => word.to_string(),
        // A constructor whose class has no `__text_signature__`.
        [word, unsigned] if unsigned == "nosig" => word.to_string(),
        [_, extra, ..] => return Err(Error::new(extra.span(), "expected one name")),
    };
    let Some(ty) = slot_type(&name) else {
        return Err(Error::new(ident.span(), format!("there is no slot `{name}`")));
    };
    let receiver = if ty.class {
        quote!(zelf)
    } else {
        let receiver = zelf(function, self_ty)?;
        if ty.reflected && receiver.to_string() != "zelf" {
            let first = function.sig.inputs.first().map(FnArg::span);
            return Err(Error::new(
                first.unwrap_or_else(|| ident.span()),
                "either operand may be the instance: take `a: &Value`",
            ));
        }
        receiver
    };
    let cfgs = attrs::cfgs(&function.attrs);
    let shim = generated("slot", &name, ident.span());
    let names: Vec<_> = match name.as_str() {
        "call" | "new" | "init" => vec![format_ident!("a")],
        _ => (0..ty.params.len()).map(|index| format_ident!("p{index}")).collect(),
    };
    let (params, result) = (&ty.params, &ty.result);
    let body = if let Some(sig) = &args.sig {
        if !matches!(name.as_str(), "call" | "new" | "init") {
            return Err(Error::new(sig.span(), "only `call`, `new` and `init` have signatures"));
        }
        let constructor = name != "call";
        let class_name = quote!(<#self_ty as ::minipy_vm::macros_support::PyClassDef>::NAME);
        let call = call::generate(&Target {
            function: &function.sig,
            path: quote!(<#self_ty>::#ident),
            sig: Some(sig),
            name: if constructor { class_name.clone() } else { quote!("__call__") },
            owner: if constructor { quote!("") } else { class_name },
            receiver: Some("self"),
            receiver_expr: Some(receiver),
            self_ty: Some(self_ty),
            constructor,
        })?;
        if constructor && !args.words.iter().any(|word| word == "nosig") {
            tables.text_signature = call.text_signature;
        }
        let body = call.body;
        if name == "new" && !call.takes_keywords { quote!(let a = a.for_new(zelf); #body) } else { body }
    } else {
        if function.sig.inputs.len() != names.len() + 1 {
            return Err(Error::new(
                function.sig.span(),
                format!("the slot `{name}` has {} parameters after the receiver", names.len()),
            ));
        }
        quote!(<#self_ty>::#ident(#receiver #(, #names)*))
    };
    let convert = if ty.value { quote!(IntoPy::into_py) } else { quote!(IntoResult::into_result) };
    let first = if ty.class { quote!(&__s::TypeRef) } else { quote!(&__s::Value) };
    tables.shims.extend(quote! {
        #cfgs fn #shim(zelf: #first #(, #names: #params)*) -> __s::PyResult<#result> {
            __s::#convert({ #body })
        }
    });
    let field = format_ident!("{name}");
    tables.slots.extend(quote!(#cfgs { slots.#field = ::core::option::Option::Some(#shim); }));
    Ok(())
}

impl Tables {
    fn finish(self, self_ty: &Type, part: Option<&Ident>) -> TokenStream {
        let Tables { shims, methods, attrs, getset, slots, text_signature } = self;
        let table = table_name(part);
        let getset = getset.iter().map(|(name, entry)| {
            let option = |ident: &Option<Ident>| match ident {
                Some(ident) => quote!(::core::option::Option::Some(#ident)),
                None => quote!(::core::option::Option::None),
            };
            let (cfgs, get, set) = (&entry.cfgs, option(&entry.get), option(&entry.set));
            let (doc, member) = (option_str(entry.doc.as_deref()), entry.member);
            quote!(#cfgs __s::GetSetDef { name: #name, doc: #doc, get: #get, set: #set, member: #member },)
        });
        let text_signature = option_str(text_signature.as_deref());
        let (init, slots) = if slots.is_empty() {
            (TokenStream::new(), quote!(::core::option::Option::None))
        } else {
            (
                quote!(fn __init_slots(slots: &mut __s::Slots) { #slots }),
                quote!(::core::option::Option::Some(__init_slots)),
            )
        };
        quote! {
            impl #self_ty {
                #[doc(hidden)]
                #[allow(non_snake_case, non_upper_case_globals)]
                pub const #table: &'static ::minipy_vm::macros_support::Members = {
                    use ::minipy_vm::macros_support as __s;
                    #shims
                    #init
                    &__s::Members {
                        methods: &[#methods], getset: &[#(#getset)*], attrs: &[#attrs],
                        slots: #slots, text_signature: #text_signature,
                    }
                };
            }
        }
    }
}
