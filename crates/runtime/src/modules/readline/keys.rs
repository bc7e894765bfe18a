//! What keys do, and the lines of init files that say so.

use super::text;
use crate::startup::complain;
use minipy_vm::GilCell;
use rustc_hash::FxHashMap;

/// Lists the commands with the names that init files know them by.
macro_rules! commands {
    ($($command:ident $name:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Command {
            $($command,)*
        }

        impl Command {
            fn from_name(name: &str) -> Option<Command> {
                $(if name.eq_ignore_ascii_case($name) {
                    return Some(Command::$command);
                })*
                None
            }
        }
    };
}

commands! {
    SelfInsert "self-insert",
    AcceptLine "accept-line",
    Abort "abort",
    BeginningOfLine "beginning-of-line",
    EndOfLine "end-of-line",
    ForwardChar "forward-char",
    BackwardChar "backward-char",
    ForwardWord "forward-word",
    BackwardWord "backward-word",
    ClearScreen "clear-screen",
    RedrawLine "redraw-current-line",
    PreviousHistory "previous-history",
    NextHistory "next-history",
    BeginningOfHistory "beginning-of-history",
    EndOfHistory "end-of-history",
    ReverseSearch "reverse-search-history",
    ForwardSearch "forward-search-history",
    HistorySearchBackward "history-search-backward",
    HistorySearchForward "history-search-forward",
    YankLastArg "yank-last-arg",
    EndOfFile "end-of-file",
    DeleteChar "delete-char",
    BackwardDeleteChar "backward-delete-char",
    QuotedInsert "quoted-insert",
    TabInsert "tab-insert",
    BracketedPaste "bracketed-paste-begin",
    TransposeChars "transpose-chars",
    TransposeWords "transpose-words",
    UpcaseWord "upcase-word",
    DowncaseWord "downcase-word",
    CapitalizeWord "capitalize-word",
    KillLine "kill-line",
    BackwardKillLine "backward-kill-line",
    UnixLineDiscard "unix-line-discard",
    KillWholeLine "kill-whole-line",
    KillWord "kill-word",
    BackwardKillWord "backward-kill-word",
    UnixWordRubout "unix-word-rubout",
    DeleteHorizontalSpace "delete-horizontal-space",
    Yank "yank",
    YankPop "yank-pop",
    DigitArgument "digit-argument",
    Complete "complete",
    PossibleCompletions "possible-completions",
    InsertCompletions "insert-completions",
    MenuComplete "menu-complete",
    Undo "undo",
    RevertLine "revert-line",
    TildeExpand "tilde-expand",
    InsertComment "insert-comment",
    Suspend "suspend",
    ReadInitFile "re-read-init-file",
}

/// What a sequence of keys stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Command(Command),
    /// As if this was typed.
    Macro(Vec<char>),
}

const DEFAULT: &[(&str, Command)] = &[
    ("\x01", Command::BeginningOfLine),
    ("\x02", Command::BackwardChar),
    ("\x04", Command::EndOfFile),
    ("\x05", Command::EndOfLine),
    ("\x06", Command::ForwardChar),
    ("\x07", Command::Abort),
    ("\x08", Command::BackwardDeleteChar),
    // Until the program binds it.
    ("\t", Command::TabInsert),
    ("\n", Command::AcceptLine),
    ("\x0b", Command::KillLine),
    ("\x0c", Command::ClearScreen),
    ("\r", Command::AcceptLine),
    ("\x0e", Command::NextHistory),
    ("\x10", Command::PreviousHistory),
    ("\x11", Command::QuotedInsert),
    ("\x12", Command::ReverseSearch),
    ("\x13", Command::ForwardSearch),
    ("\x14", Command::TransposeChars),
    ("\x15", Command::UnixLineDiscard),
    ("\x16", Command::QuotedInsert),
    ("\x17", Command::UnixWordRubout),
    ("\x19", Command::Yank),
    ("\x1a", Command::Suspend),
    ("\x1f", Command::Undo),
    ("\x7f", Command::BackwardDeleteChar),
    ("\x18\x15", Command::Undo),
    ("\x18\x12", Command::ReadInitFile),
    ("\x18\x7f", Command::BackwardKillLine),
    ("\x1b<", Command::BeginningOfHistory),
    ("\x1b>", Command::EndOfHistory),
    ("\x1b?", Command::PossibleCompletions),
    ("\x1b=", Command::PossibleCompletions),
    ("\x1b*", Command::InsertCompletions),
    ("\x1b#", Command::InsertComment),
    ("\x1b&", Command::TildeExpand),
    ("\x1b\\", Command::DeleteHorizontalSpace),
    ("\x1b.", Command::YankLastArg),
    ("\x1b_", Command::YankLastArg),
    ("\x1b-", Command::DigitArgument),
    ("\x1bb", Command::BackwardWord),
    ("\x1bf", Command::ForwardWord),
    ("\x1bd", Command::KillWord),
    ("\x1bc", Command::CapitalizeWord),
    ("\x1bl", Command::DowncaseWord),
    ("\x1bu", Command::UpcaseWord),
    ("\x1bt", Command::TransposeWords),
    ("\x1br", Command::RevertLine),
    ("\x1by", Command::YankPop),
    ("\x1b\x08", Command::BackwardKillWord),
    ("\x1b\x7f", Command::BackwardKillWord),
    // CPython's own.
    ("\x1b\t", Command::Complete),
    ("\x1b\x1b", Command::Complete),
    ("\x1b[A", Command::PreviousHistory),
    ("\x1b[B", Command::NextHistory),
    ("\x1b[C", Command::ForwardChar),
    ("\x1b[D", Command::BackwardChar),
    ("\x1b[F", Command::EndOfLine),
    ("\x1b[H", Command::BeginningOfLine),
    ("\x1bOA", Command::PreviousHistory),
    ("\x1bOB", Command::NextHistory),
    ("\x1bOC", Command::ForwardChar),
    ("\x1bOD", Command::BackwardChar),
    ("\x1bOF", Command::EndOfLine),
    ("\x1bOH", Command::BeginningOfLine),
    ("\x1b[1~", Command::BeginningOfLine),
    ("\x1b[3~", Command::DeleteChar),
    ("\x1b[4~", Command::EndOfLine),
    ("\x1b[1;5C", Command::ForwardWord),
    ("\x1b[1;5D", Command::BackwardWord),
    ("\x1b[1;3C", Command::ForwardWord),
    ("\x1b[1;3D", Command::BackwardWord),
    ("\x1b[200~", Command::BracketedPaste),
];

/// Variables that init files may set and that make no difference here.
const OTHER_VARIABLES: &[&str] = &[
    "active-region-end-color",
    "active-region-start-color",
    "blink-matching-paren",
    "byte-oriented",
    "colored-completion-prefix",
    "colored-stats",
    "comment-begin",
    "completion-display-width",
    "completion-map-case",
    "completion-prefix-display-length",
    "convert-meta",
    "echo-control-characters",
    "editing-mode",
    "emacs-mode-string",
    "enable-active-region",
    "enable-keypad",
    "enable-meta-key",
    "expand-tilde",
    "force-meta-prefix",
    "history-preserve-point",
    "horizontal-scroll-mode",
    "input-meta",
    "isearch-terminators",
    "keymap",
    "keyseq-timeout",
    "mark-directories",
    "mark-modified-lines",
    "mark-symlinked-directories",
    "match-hidden-files",
    "menu-complete-display-prefix",
    "meta-flag",
    "output-meta",
    "page-completions",
    "prefer-visible-bell",
    "print-completions-horizontally",
    "revert-all-at-newline",
    "search-ignore-case",
    "show-mode-in-prompt",
    "skip-completed-text",
    "vi-cmd-mode-string",
    "vi-ins-mode-string",
    "visible-stats",
];

/// What init files have set.
#[derive(Clone)]
pub struct Settings {
    pub bindings: FxHashMap<Vec<char>, Action>,
    pub disable_completion: bool,
    pub show_all_if_ambiguous: bool,
    pub show_all_if_unmodified: bool,
    pub completion_ignore_case: bool,
    /// From how many matches on the user is asked before they are listed; never if negative.
    pub completion_query_items: i32,
    pub bracketed_paste: bool,
    pub bell: bool,
    /// Of nested `$if` lines, whether each holds.
    conditions: Vec<bool>,
}

pub static SETTINGS: GilCell<Option<Box<Settings>>> = GilCell::new(None);

/// Looks at the settings, or changes them.
pub fn settings<R>(f: impl FnOnce(&mut Settings) -> R) -> R {
    SETTINGS.with(|settings| f(settings.get_or_insert_with(|| Box::new(Settings::new()))))
}

impl Settings {
    fn new() -> Settings {
        let command = |(keys, command): &(&str, Command)| (keys.chars().collect(), Action::Command(*command));
        let mut bindings: FxHashMap<Vec<char>, Action> = DEFAULT.iter().map(command).collect();
        for digit in '0'..='9' {
            bindings.insert(vec!['\x1b', digit], Action::Command(Command::DigitArgument));
        }
        Settings {
            bindings,
            disable_completion: false,
            show_all_if_ambiguous: false,
            show_all_if_unmodified: false,
            completion_ignore_case: false,
            completion_query_items: 100,
            bracketed_paste: true,
            bell: true,
            conditions: Vec::new(),
        }
    }

    /// Whether longer sequences begin with `keys`.
    pub fn is_prefix(&self, keys: &[char]) -> bool {
        self.bindings.keys().any(|bound| bound.len() > keys.len() && bound.starts_with(keys))
    }

    fn set_variable(&mut self, name: &str, value: &str) {
        let name = name.to_ascii_lowercase();
        let is_on = value.is_empty() || value.eq_ignore_ascii_case("on") || value == "1";
        match name.as_str() {
            "disable-completion" => self.disable_completion = is_on,
            "show-all-if-ambiguous" => self.show_all_if_ambiguous = is_on,
            "show-all-if-unmodified" => self.show_all_if_unmodified = is_on,
            "completion-ignore-case" => self.completion_ignore_case = is_on,
            "completion-query-items" => self.completion_query_items = value.parse().unwrap_or(100),
            "enable-bracketed-paste" => self.bracketed_paste = is_on,
            "bell-style" => self.bell = !matches!(value, "none" | "off"),
            "bind-tty-special-chars" => {}
            "history-size" => {
                let limit = value.parse::<i64>().unwrap_or(500);
                super::history::HISTORY.with(|history| history.set_limit(usize::try_from(limit).ok()));
            }
            name if OTHER_VARIABLES.contains(&name) => {}
            _ => complain(&format!("readline: {name}: unknown variable name")),
        }
    }

    /// Does what a line of an init file says.
    pub fn execute(&mut self, line: &str) {
        let line = line.trim();
        if let Some(directive) = line.strip_prefix('$') {
            return self.direct(directive);
        }
        if line.is_empty() || line.starts_with('#') || self.conditions.contains(&false) {
            return;
        }
        let mut words = line.split_whitespace();
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("set")) {
            if let Some(name) = words.next() {
                self.set_variable(name, words.next().unwrap_or(""));
            }
            return;
        }
        self.bind(line);
    }

    /// `$if`, `$else`, `$endif` and `$include`.
    fn direct(&mut self, directive: &str) {
        let (word, rest) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        let rest = rest.trim();
        match word.to_ascii_lowercase().as_str() {
            "if" => {
                let terminal = std::env::var("TERM").unwrap_or_default();
                let holds = match rest.split_once('=') {
                    Some(("mode", mode)) => mode == "emacs",
                    Some(("term", term)) => term == terminal || terminal.split('-').next() == Some(term),
                    Some(_) => false,
                    None => rest.eq_ignore_ascii_case("python"),
                };
                self.conditions.push(holds);
            }
            "else" => {
                if let Some(last) = self.conditions.last_mut() {
                    *last = !*last;
                }
            }
            "endif" => drop(self.conditions.pop()),
            "include" if !self.conditions.contains(&false) => {
                if let Ok(text) = std::fs::read(rest) {
                    String::from_utf8_lossy(&text).lines().for_each(|line| self.execute(line));
                }
            }
            _ => {}
        }
    }

    /// `"keys": command`, `"keys": "macro"`, or with the name of a key.
    fn bind(&mut self, line: &str) {
        let (keys, rest) = if let Some(quoted) = line.strip_prefix('"') {
            let Some(end) = closing_quote(quoted, '"') else {
                return complain(&format!("readline: {line}: no closing `\"' in key binding"));
            };
            (unescape(&quoted[..end]), &quoted[end + 1..])
        } else {
            let Some(end) = line.find(':') else { return };
            let Some(key) = named_key(line[..end].trim()) else { return };
            (key, &line[end..])
        };
        let Some(value) = rest.trim_start().strip_prefix(':').map(str::trim) else { return };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let action = match quote {
            Some(quote) => {
                let text = &value[1..];
                let end = closing_quote(text, quote).unwrap_or(text.len());
                Some(Action::Macro(unescape(&text[..end])))
            }
            None => value.split_whitespace().next().and_then(Command::from_name).map(Action::Command),
        };
        match action {
            Some(action) if !keys.is_empty() => drop(self.bindings.insert(keys, action)),
            _ => drop(self.bindings.remove(&keys)),
        }
    }
}

/// Where the quote is that ends a quoted text.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

fn control(c: char) -> char {
    match c {
        '?' => '\x7f',
        c if c.is_ascii() => (c.to_ascii_uppercase() as u8 & 0x1f) as char,
        c => c,
    }
}

/// A key by name, `Control-x` and `Meta-x` included.
fn named_key(name: &str) -> Option<Vec<char>> {
    let lower = name.to_ascii_lowercase();
    for (prefix, is_meta) in
        [("control-", false), ("ctrl-", false), ("c-", false), ("meta-", true), ("m-", true)]
    {
        if lower.len() > prefix.len() && lower.starts_with(prefix) {
            let mut rest = named_key(&name[prefix.len()..])?;
            if is_meta {
                rest.insert(0, '\x1b');
            } else if let Some(last) = rest.last_mut() {
                *last = control(*last);
            }
            return Some(rest);
        }
    }
    let key = match lower.as_str() {
        "del" | "rubout" => '\x7f',
        "esc" | "escape" => '\x1b',
        "lfd" | "newline" => '\n',
        "ret" | "return" => '\r',
        "spc" | "space" => ' ',
        "tab" => '\t',
        _ => name.chars().next()?,
    };
    Some(vec![key])
}

/// The keys of a quoted sequence.
fn unescape(text: &str) -> Vec<char> {
    let mut keys = Vec::new();
    let mut chars = text.chars().peekable();
    let (mut is_control, mut is_meta) = (false, false);
    while let Some(c) = chars.next() {
        let mut key = c;
        if c == '\\' {
            let Some(next) = chars.next() else { break };
            if matches!(next, 'C' | 'M') && chars.peek() == Some(&'-') {
                chars.next();
                (is_control, is_meta) = (is_control || next == 'C', is_meta || next == 'M');
                continue;
            }
            key = match next {
                'a' => '\x07',
                'b' => '\x08',
                'd' => '\x7f',
                'e' => '\x1b',
                'f' => '\x0c',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\x0b',
                'x' => number(&mut chars, 16, 2, 0),
                '0'..='7' => number(&mut chars, 8, 2, next.to_digit(8).unwrap_or(0)),
                other => other,
            };
        }
        if is_meta {
            keys.push('\x1b');
        }
        keys.push(if is_control { control(key) } else { key });
        (is_control, is_meta) = (false, false);
    }
    keys
}

/// A byte by up to `digits` more digits of its number.
fn number(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    radix: u32,
    digits: usize,
    start: u32,
) -> char {
    let mut value = start;
    for _ in 0..digits {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else { break };
        value = value * radix + digit;
        chars.next();
    }
    text::from_bytes(&[value as u8]).first().copied().unwrap_or('\0')
}
