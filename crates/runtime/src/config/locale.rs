//! The locale's encoding, UTF-8 mode (PEP 540) and the coercion of the C locale (PEP 538).

use super::options::CommandLine;
use super::{Ending, Environment};
use crate::modules::locale;
use crate::path::{self, Encoding};

/// Locales of UTF-8 that may stand in for the C locale, the best first.
const COERCION_TARGETS: [&str; 3] = ["C.UTF-8", "C.utf8", "UTF-8"];

/// How text from the system is encoded.
pub struct Locale {
    pub utf8_mode: bool,
    /// Whether undecodable bytes of the standard streams are to pass through as surrogates.
    pub escapes_in_streams: bool,
}

impl Locale {
    /// Sets the process's LC_CTYPE from the environment and the encoding of file names.
    ///
    /// # Errors
    /// A bad value of `-X utf8` or PYTHONUTF8.
    pub fn prepare(line: &CommandLine, environment: Environment) -> Result<Locale, Ending> {
        let given = given_utf8_mode(line, environment)?;
        let mut ctype = locale::set_ctype("");
        let is_c = ctype == "C" || ctype == "POSIX";
        let utf8_mode = given.unwrap_or(is_c);
        let coercion = environment.get("PYTHONCOERCECLOCALE");
        let warn = coercion.as_ref().is_some_and(|value| value == "warn");
        let may_coerce = coercion.is_none_or(|value| value != "0")
            && std::env::var_os("LC_ALL").is_none_or(|value| value.is_empty());
        if is_c && may_coerce {
            for target in COERCION_TARGETS {
                if locale::set_ctype(target) == target {
                    if warn {
                        crate::startup::complain(&format!(
                            "Python detected LC_CTYPE=C: LC_CTYPE coerced to {target} (set another locale or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior)."
                        ));
                    }
                    // SAFETY: the process has only this thread yet.
                    unsafe { std::env::set_var("LC_CTYPE", target) };
                    ctype = target.to_owned();
                    break;
                }
            }
        }
        if warn && (ctype == "C" || ctype == "POSIX") {
            crate::startup::complain(
                "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible locales is recommended.",
            );
        }
        path::set_encoding(if utf8_mode { Encoding::Utf8 } else { locale::file_name_encoding() });
        let escapes_in_streams =
            utf8_mode || ctype == "C" || ctype == "POSIX" || COERCION_TARGETS.contains(&ctype.as_str());
        Ok(Locale { utf8_mode, escapes_in_streams })
    }
}

/// UTF-8 mode as it was asked for; `None` leaves it to the locale.
fn given_utf8_mode(line: &CommandLine, environment: Environment) -> Result<Option<bool>, Ending> {
    let bad = |what: &str| {
        Ending::fatal("preconfig_init_utf8_mode", &format!("invalid {what} value"), "preinitializing")
    };
    if let Some(value) = line.x_option("utf8") {
        return match value.map(|value| value.as_encoded_bytes()) {
            None | Some(b"1") => Ok(Some(true)),
            Some(b"0") => Ok(Some(false)),
            Some(_) => Err(bad("-X utf8 option")),
        };
    }
    match environment.get("PYTHONUTF8") {
        None => Ok(None),
        Some(value) if value == "1" => Ok(Some(true)),
        Some(value) if value == "0" => Ok(Some(false)),
        Some(_) => Err(bad("PYTHONUTF8 environment variable")),
    }
}
