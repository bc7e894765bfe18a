//! `cargo xtask conformance`: CPython's own tests, run by minipy.
//!
//! `tests/conformance/oracle/NAME.txt` holds what CPython makes of each test of a file (recorded with `--oracle`), and
//! `tests/conformance/expected.txt` those tests that pass there and do not here. The latter may only shrink: a test that
//! is not listed and does not pass fails the command, and so does one that is listed and passes, until `--update` records it.
//! `tests/conformance/left_out.txt` names tests that are not wanted.

mod records;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{Outcome, oracle, process, workspace};
use records::{Expected, LeftOut, Outcomes};
use run::Runner;

struct Options {
    names: Vec<String>,
    update: bool,
    oracle: bool,
    jobs: usize,
}

fn options(args: &[String], root: &Path) -> Result<Options, String> {
    let mut options = Options { names: Vec::new(), update: false, oracle: false, jobs: 2 };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--update" => options.update = true,
            "--oracle" => options.oracle = true,
            "--jobs" => {
                let jobs = args.next().and_then(|jobs| jobs.parse().ok());
                options.jobs = jobs.ok_or("--jobs takes a number")?;
            }
            name if name.starts_with('-') => return Err(format!("no option {name}")),
            name => options.names.push(name.trim_end_matches(".py").to_owned()),
        }
    }
    if options.names.is_empty() {
        let list = root.join("tests/conformance/files.txt");
        let text = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
        options.names = text.split_whitespace().map(str::to_owned).collect();
    }
    Ok(options)
}

pub fn run(args: &[String]) -> Outcome {
    let root = workspace::root();
    let options = options(args, &root)?;
    let oracle = oracle::find()?;
    let runner = if options.oracle {
        Runner::for_oracle(&oracle, &root)?
    } else {
        Runner::for_minipy(&workspace::minipy()?, &oracle, &root)?
    };
    let oracle_dir = root.join("tests/conformance/oracle");

    let total = options.names.len();
    let finished = std::sync::atomic::AtomicUsize::new(0);
    let outcomes = process::parallel(&options.names, options.jobs, |name| {
        let outcomes = runner.run(name);
        let number = finished.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        match &outcomes {
            Ok(outcomes) => eprintln!("[{number}/{total}] {name}: {}", records::summary(outcomes)),
            Err(message) => eprintln!("[{number}/{total}] {name}: {message}"),
        }
        outcomes
    });
    let mut results = Vec::new();
    for (name, outcomes) in options.names.iter().zip(outcomes) {
        results.push((name.as_str(), outcomes?));
    }
    if options.oracle {
        for (name, outcomes) in &results {
            records::write_oracle(&oracle_dir.join(format!("{name}.txt")), outcomes)?;
        }
        return Ok(true);
    }
    judge(&results, &oracle_dir, &root.join("tests/conformance/expected.txt"), options.update)
}

/// Compares what minipy made of the tests with what is expected, prints a table, and with `update` rewrites the expectations.
fn judge(results: &[(&str, Outcomes)], oracle_dir: &Path, expected_path: &Path, update: bool) -> Outcome {
    let mut expected = Expected::read(expected_path)?;
    let left_out = LeftOut::read(&expected_path.with_file_name("left_out.txt"))?;
    let mut worse = Vec::new();
    let mut better = Vec::new();
    let (mut as_oracle, mut wanted, mut whole) = (0, 0, 0);
    println!("{:<28} {:>6} {:>6}", "file", "passed", "of");
    for (name, outcomes) in results {
        let reference = records::read_oracle(&oracle_dir.join(format!("{name}.txt")))?;
        let passing: BTreeSet<&str> = reference
            .iter()
            .filter(|(id, outcome)| *outcome == "pass" && !left_out.contains(name, id))
            .map(|(id, _)| id.as_str())
            .collect();
        let mut missing: BTreeMap<String, String> = BTreeMap::new();
        for id in &passing {
            let outcome = outcomes.get(*id).map_or("lost", String::as_str);
            if outcome != "pass" {
                missing.insert((*id).to_owned(), outcome.to_owned());
            }
        }
        let passed = passing.len() - missing.len();
        println!("{name:<28} {passed:>6} {:>6}", passing.len());
        as_oracle += passed;
        wanted += passing.len();
        whole += usize::from(missing.is_empty());

        let known = expected.file(name);
        for (id, outcome) in &missing {
            if !known.fails(id) && !known.flaky.contains(id) {
                worse.push(format!("{outcome} {name} {id}"));
            }
        }
        for id in passing.iter().filter(|id| !missing.contains_key(**id)) {
            if known.fails(id) {
                better.push(format!("{name} {id}"));
            }
        }
        if update {
            missing.retain(|id, _| !known.flaky.contains(id));
            expected.set(name, passing.len(), missing);
        }
    }
    println!("{:<28} {as_oracle:>6} {wanted:>6}   ({whole} of {} files whole)", "all", results.len());
    if update {
        expected.write(expected_path)?;
        println!("{} written: {} fewer, {} more", expected_path.display(), better.len(), worse.len());
        return Ok(true);
    }
    report("do not pass and are not listed", &worse);
    report("pass and are still listed (record them with --update)", &better);
    Ok(worse.is_empty() && better.is_empty())
}

fn report(title: &str, lines: &[String]) {
    const SHOWN: usize = 200;
    if lines.is_empty() {
        return;
    }
    println!("\n{} tests {title}:", lines.len());
    for line in lines.iter().take(SHOWN) {
        println!("  {line}");
    }
    if lines.len() > SHOWN {
        println!("  … and {} more", lines.len() - SHOWN);
    }
}
