//! Attributes of exception payloads that hold any object.

/// Defines writable members that read as None when unset or deleted, in the part `fields` of a class.
macro_rules! object_fields {
    ($ty:ident { $($name:literal => $field:ident, $doc:literal;)* }) => {
        impl $ty {
            #[doc(hidden)]
            #[allow(non_upper_case_globals)]
            pub const __PYMETHODS_fields: &'static $crate::macros_support::Members =
                &$crate::macros_support::Members {
                    methods: &[],
                    attrs: &[],
                    slots: None,
                    text_signature: None,
                    getset: &[$($crate::macros_support::GetSetDef {
                        name: $name,
                        doc: Some($doc),
                        member: true,
                        get: Some(|zelf| {
                            let this = $crate::macros_support::receiver::<$ty>(zelf);
                            Ok(this.$field.get().unwrap_or($crate::Value::NONE))
                        }),
                        set: Some(|zelf, value| {
                            $crate::macros_support::receiver::<$ty>(zelf).$field.set(value);
                            Ok(())
                        }),
                    }),*],
                };
        }
    };
}
pub(super) use object_fields;

/// Implements `Traverse` for a payload that embeds its base's and holds references in fields.
macro_rules! traverse_fields {
    ($ty:ident: $($field:ident),*) => {
        impl $crate::heap::Traverse for $ty {
            fn traverse(&self, visit: &mut $crate::heap::Visitor<'_>) {
                self.base.traverse(visit);
                $(self.$field.traverse(visit);)*
            }

            fn clear_refs(&self) {
                self.base.clear_refs();
                $(self.$field.set(None);)*
            }
        }
    };
}
pub(super) use traverse_fields;
