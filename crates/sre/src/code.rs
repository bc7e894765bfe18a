//! The numbers in a code list, as `re._constants` assigns them.

/// An enum whose variants are numbered from 0 in the order of `re._constants`.
macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($variant:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub enum $name { $($variant),* }

        impl $name {
            pub fn from_word(word: u32) -> Option<$name> {
                const ALL: &[$name] = &[$($name::$variant),*];
                ALL.get(word as usize).copied()
            }
        }
    };
}

numbered! {
    /// `OPCODES`.
    Opcode {
        Failure,
        Success,
        Any,
        AnyAll,
        Assert,
        AssertNot,
        At,
        Branch,
        Category,
        Charset,
        Bigcharset,
        Groupref,
        GrouprefExists,
        In,
        Info,
        Jump,
        Literal,
        Mark,
        MaxUntil,
        MinUntil,
        NotLiteral,
        Negate,
        Range,
        Repeat,
        RepeatOne,
        Subpattern,
        MinRepeatOne,
        AtomicGroup,
        PossessiveRepeat,
        PossessiveRepeatOne,
        GrouprefIgnore,
        InIgnore,
        LiteralIgnore,
        NotLiteralIgnore,
        GrouprefLocIgnore,
        InLocIgnore,
        LiteralLocIgnore,
        NotLiteralLocIgnore,
        GrouprefUniIgnore,
        InUniIgnore,
        LiteralUniIgnore,
        NotLiteralUniIgnore,
        RangeUniIgnore,
    }
}

numbered! {
    /// `ATCODES`: conditions on a position.
    At {
        Beginning,
        BeginningLine,
        BeginningString,
        Boundary,
        NonBoundary,
        End,
        EndLine,
        EndString,
        LocBoundary,
        LocNonBoundary,
        UniBoundary,
        UniNonBoundary,
    }
}

numbered! {
    /// `CHCODES`: classes of characters.
    Category {
        Digit,
        NotDigit,
        Space,
        NotSpace,
        Word,
        NotWord,
        Linebreak,
        NotLinebreak,
        LocWord,
        LocNotWord,
        UniDigit,
        UniNotDigit,
        UniSpace,
        UniNotSpace,
        UniWord,
        UniNotWord,
        UniLinebreak,
        UniNotLinebreak,
    }
}

/// `SRE_INFO_PREFIX`
pub const INFO_PREFIX: u32 = 1;
/// `SRE_INFO_LITERAL`
pub const INFO_LITERAL: u32 = 2;
/// `SRE_INFO_CHARSET`
pub const INFO_CHARSET: u32 = 4;
