//! The tokens of Python.

/// A place in the source: line from 1, column as byte offset from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos {
    /// The line.
    pub lineno: u32,
    /// The byte offset in the line.
    pub col: u32,
}

/// A token and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it begins.
    pub start: Pos,
    /// Where it ends, exclusive.
    pub end: Pos,
    /// The byte offset of its beginning in the whole source.
    pub offset: u32,
    /// The byte offset behind its end.
    pub end_offset: u32,
}

impl Token {
    /// The text of the token.
    pub fn text<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.offset as usize..self.end_offset as usize).unwrap_or("")
    }
}

/// The kinds of tokens that have a fixed text, and that text.
macro_rules! fixed_tokens {
    (keywords { $($kw:ident $kw_text:literal)* } operators { $($op:ident $op_text:literal $py:ident)* }) => {
        /// What a token is. Keywords and operators are named after their text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "keywords and operators speak for themselves")]
        pub enum TokenKind {
            /// The end of the source.
            EndMarker,
            /// An identifier.
            Name,
            /// An int, float or imaginary literal.
            Number,
            /// A string or bytes literal that is not an f-string or t-string.
            String,
            /// The end of a logical line.
            Newline,
            /// A deeper block begins.
            Indent,
            /// A block ends.
            Dedent,
            /// The prefix and opening quotes of an f-string.
            FStringStart,
            /// Literal text of an f-string or of a format specifier.
            FStringMiddle,
            /// The closing quotes of an f-string.
            FStringEnd,
            /// The prefix and opening quotes of a t-string.
            TStringStart,
            /// Literal text of a t-string or of a format specifier.
            TStringMiddle,
            /// The closing quotes of a t-string.
            TStringEnd,
            /// `match` where a match statement begins.
            SoftMatch,
            /// `case` where a case block begins.
            SoftCase,
            /// `type` where a type alias begins.
            SoftType,
            /// The parenthesis around the items of a with statement.
            WithLPar,
            /// `# type: …`, when asked for.
            TypeComment,
            /// `# type: ignore…`, when asked for.
            TypeIgnore,
            /// A comment, when asked for.
            Comment,
            /// A line end that ends no logical line, when asked for.
            Nl,
            /// A character that begins no token but is no error in itself: `$`, `?`, a backquote.
            Unknown,
            /// Chooses the grammar for a module; never in a source.
            StartExec,
            /// Chooses the grammar for an expression; never in a source.
            StartEval,
            /// Chooses the grammar for one interactive statement; never in a source.
            StartSingle,
            /// Chooses the grammar for a function type; never in a source.
            StartFuncType,
            $($kw,)*
            $($op,)*
        }

        impl TokenKind {
            /// The text of keywords and operators.
            pub fn fixed_text(self) -> Option<&'static str> {
                match self {
                    $(TokenKind::$kw => Some($kw_text),)*
                    $(TokenKind::$op => Some($op_text),)*
                    _ => None,
                }
            }

            /// Whether this is a keyword that can never be a name.
            pub fn is_keyword(self) -> bool {
                matches!(self, $(TokenKind::$kw)|*)
            }

            /// The name of the token type in Python's `token` module.
            pub fn python_name(self) -> &'static str {
                match self {
                    $(TokenKind::$kw)|* => "NAME",
                    $(TokenKind::$op => stringify!($py),)*
                    TokenKind::EndMarker => "ENDMARKER",
                    TokenKind::Name | TokenKind::SoftMatch | TokenKind::SoftCase | TokenKind::SoftType => "NAME",
                    TokenKind::WithLPar => "LPAR",
                    TokenKind::Number => "NUMBER",
                    TokenKind::String => "STRING",
                    TokenKind::Newline => "NEWLINE",
                    TokenKind::Indent => "INDENT",
                    TokenKind::Dedent => "DEDENT",
                    TokenKind::FStringStart => "FSTRING_START",
                    TokenKind::FStringMiddle => "FSTRING_MIDDLE",
                    TokenKind::FStringEnd => "FSTRING_END",
                    TokenKind::TStringStart => "TSTRING_START",
                    TokenKind::TStringMiddle => "TSTRING_MIDDLE",
                    TokenKind::TStringEnd => "TSTRING_END",
                    TokenKind::TypeComment => "TYPE_COMMENT",
                    TokenKind::TypeIgnore => "TYPE_IGNORE",
                    TokenKind::Comment => "COMMENT",
                    TokenKind::Nl => "NL",
                    TokenKind::Unknown => "OP",
                    TokenKind::StartExec
                    | TokenKind::StartEval
                    | TokenKind::StartSingle
                    | TokenKind::StartFuncType => "ENCODING",
                }
            }
        }

        /// What logos finds in ordinary code. Strings and numbers are only recognised by how they begin.
        #[derive(logos::Logos, Clone, Copy, Debug, PartialEq, Eq)]
        #[logos(skip r"[ \t\x0C]+")]
        pub(crate) enum Raw {
            #[regex(r"[A-Za-z_\u{80}-\u{10FFFF}][0-9A-Za-z_\u{80}-\u{10FFFF}]*", priority = 1)]
            Name,
            #[regex(r"\.?[0-9]", priority = 20)]
            NumberStart,
            #[regex(r#"(?i:r|u|b|br|rb|f|fr|rf|t|tr|rt)?["']"#, priority = 20)]
            StringStart,
            #[token("\n")]
            Newline,
            #[regex(r"#[^\n]*", allow_greedy = true)]
            Comment,
            #[token("\\")]
            Backslash,
            $(#[token($kw_text)] $kw,)*
            $(#[token($op_text)] $op,)*
        }

        impl Raw {
            /// The token of a keyword or operator.
            pub(crate) fn fixed(self) -> Option<TokenKind> {
                match self {
                    $(Raw::$kw => Some(TokenKind::$kw),)*
                    $(Raw::$op => Some(TokenKind::$op),)*
                    _ => None,
                }
            }
        }
    };
}

fixed_tokens! {
    keywords {
        False "False" None "None" True "True" And "and" As "as" Assert "assert" Async "async" Await "await"
        Break "break" Class "class" Continue "continue" Def "def" Del "del" Elif "elif" Else "else"
        Except "except" Finally "finally" For "for" From "from" Global "global" If "if" Import "import"
        In "in" Is "is" Lambda "lambda" Nonlocal "nonlocal" Not "not" Or "or" Pass "pass" Raise "raise"
        Return "return" Try "try" While "while" With "with" Yield "yield"
    }
    operators {
        LPar "(" LPAR RPar ")" RPAR LSqb "[" LSQB RSqb "]" RSQB LBrace "{" LBRACE RBrace "}" RBRACE
        Colon ":" COLON Comma "," COMMA Semi ";" SEMI Dot "." DOT Ellipsis "..." ELLIPSIS
        ColonEqual ":=" COLONEQUAL RArrow "->" RARROW Exclamation "!" EXCLAMATION At "@" AT
        Plus "+" PLUS Minus "-" MINUS Star "*" STAR Slash "/" SLASH VBar "|" VBAR Amper "&" AMPER
        Less "<" LESS Greater ">" GREATER Equal "=" EQUAL Percent "%" PERCENT
        EqEqual "==" EQEQUAL NotEqual "!=" NOTEQUAL LessGreater "<>" NOTEQUAL LessEqual "<=" LESSEQUAL
        GreaterEqual ">=" GREATEREQUAL Tilde "~" TILDE Circumflex "^" CIRCUMFLEX
        LeftShift "<<" LEFTSHIFT RightShift ">>" RIGHTSHIFT DoubleStar "**" DOUBLESTAR
        DoubleSlash "//" DOUBLESLASH PlusEqual "+=" PLUSEQUAL MinEqual "-=" MINEQUAL
        StarEqual "*=" STAREQUAL SlashEqual "/=" SLASHEQUAL PercentEqual "%=" PERCENTEQUAL
        AmperEqual "&=" AMPEREQUAL VBarEqual "|=" VBAREQUAL CircumflexEqual "^=" CIRCUMFLEXEQUAL
        LeftShiftEqual "<<=" LEFTSHIFTEQUAL RightShiftEqual ">>=" RIGHTSHIFTEQUAL
        DoubleStarEqual "**=" DOUBLESTAREQUAL DoubleSlashEqual "//=" DOUBLESLASHEQUAL AtEqual "@=" ATEQUAL
    }
}
