//! The project's own commands, one module each: `cargo xtask COMMAND …`.
//!
//! To add a command, add its module and one line in [`COMMANDS`].

mod bench;
mod cjk;
mod conformance;
mod crash;
mod events;
mod fuzz;
mod goldens;
mod link_order;
mod oracle;
mod parity;
mod process;
mod profile;
mod unicode;
mod workspace;

use std::process::ExitCode;

/// What a command answers: `Ok(true)` when everything holds, `Ok(false)` when it ran and found something wrong (already
/// reported), `Err` when it could not run.
pub type Outcome = Result<bool, String>;

struct Command {
    name: &'static str,
    /// Arguments and purpose, for the usage text.
    usage: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "bench",
        usage: "[--filter NAME] [--runs N]\n      the programs of benches/ with minipy and with the oracle: ratios, start-up time, memory, growth",
        run: bench::run,
    },
    Command {
        name: "bench-imports",
        usage: "[RUNS]\n      importing library modules and generated ones, beside the oracle",
        run: bench::imports::run,
    },
    Command { name: "cjk", usage: "\n      record the tables of the East Asian codecs", run: cjk::run },
    Command {
        name: "crash",
        usage: "[ROUNDS]\n      importers that share a bytecode cache while some of them are killed",
        run: crash::run,
    },
    Command {
        name: "fuzz",
        usage: "data|loads|code|trace|regex [ROUNDS] [SEED]\n      damaged pycs for the reader and the verifier, changed code for the interpreter, trace functions that jump and raise,\n      random patterns beside the oracle",
        run: fuzz::run,
    },
    Command {
        name: "conformance",
        usage: "[FILE…] [--update] [--oracle] [--jobs N]\n      CPython's test files with minipy, against tests/conformance/expected.txt",
        run: conformance::run,
    },
    Command {
        name: "events",
        usage: "[trace] [profile] [monitoring] [FILTER…]\n      the streams of events of benches/, examples/, tests/scripts/, random programs and test files of the library, compared with the oracle's",
        run: events::run,
    },
    Command {
        name: "goldens",
        usage: "[FILTER…]\n      record the oracle's output of examples/ and tests/scripts/",
        run: goldens::run,
    },
    Command {
        name: "link-order",
        usage: "\n      the functions that every start runs, for the linker to lay together (needs valgrind)",
        run: link_order::run,
    },
    Command {
        name: "profile",
        usage: "\n      how often the parts of minipy run, for the compiler of the release build (needs llvm-profdata)",
        run: profile::run,
    },
    Command { name: "unicode", usage: "\n      regenerate the tables of crates/unicode", run: unicode::run },
    Command {
        name: "parity",
        usage: "ast|codegen|code|pyc [FILE…] [--time]\n      the trees, raw instructions, code objects or pycs of the oracle's library, compared with the oracle's; or the time they take",
        run: parity::run,
    },
];

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND [ARGS…]\n\n");
    for command in COMMANDS {
        text.push_str(&format!("  {} {}\n", command.name, command.usage));
    }
    text.push_str("\nThe oracle is the CPython named by MINIPY_ORACLE.");
    text
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        eprintln!("{}", usage());
        return ExitCode::from(2);
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("xtask: no command {name:?}\n{}", usage());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("xtask {name}: {message}");
            ExitCode::from(2)
        }
    }
}
