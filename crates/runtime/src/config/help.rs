//! What `-h` and its relatives print.

/// A page of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// `-h`
    Usage,
    /// `--help-env`
    Environment,
    /// `--help-xoptions`
    XOptions,
    /// `--help-all`
    All,
}

const OPTIONS: &str = include_str!("help/options.txt");
const ENVIRONMENT: &str = include_str!("help/environment.txt");
const XOPTIONS: &str = include_str!("help/xoptions.txt");

/// The line that says how to call `program`.
pub fn usage(program: &[u8]) -> Vec<u8> {
    [b"usage: ", program, b" [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"].concat()
}

/// The text of a page.
pub fn page(page: Help, program: &[u8]) -> Vec<u8> {
    let options = [usage(program), OPTIONS.as_bytes().to_vec()].concat();
    match page {
        Help::Usage => options,
        Help::Environment => ENVIRONMENT.as_bytes().to_vec(),
        Help::XOptions => XOPTIONS.as_bytes().to_vec(),
        Help::All => [&options, ENVIRONMENT.as_bytes(), XOPTIONS.as_bytes()].join(&b'\n'),
    }
}
