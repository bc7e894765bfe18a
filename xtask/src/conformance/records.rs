//! The files below `tests/conformance/` that say what the oracle does and what is expected of minipy.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The outcome of each test: pass, skip, fail, error, crash, hang.
pub type Outcomes = BTreeMap<String, String>;

const SEVERITY: &[&str] = &["pass", "skip", "fail", "error", "hang", "crash"];

/// Whether `outcome` is worse than `other`, for tests that share an id.
pub fn worse(outcome: &str, other: &str) -> bool {
    let rank = |outcome| SEVERITY.iter().position(|known| *known == outcome);
    rank(outcome) > rank(other)
}

/// How many tests had which outcome, in a line.
pub fn summary(outcomes: &Outcomes) -> String {
    let counts = SEVERITY.iter().filter_map(|kind| {
        let count = outcomes.values().filter(|outcome| outcome == kind).count();
        (count > 0).then(|| format!("{count} {kind}"))
    });
    let text = counts.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "nothing ran".into() } else { text }
}

/// Writes the oracle's outcomes: a line per outcome and class, with the names of its tests.
pub fn write_oracle(path: &Path, outcomes: &Outcomes) -> Result<(), String> {
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (id, outcome) in outcomes {
        let (class, test) = id.rsplit_once('.').unwrap_or(("", id));
        groups.entry((outcome, class)).or_default().push(test);
    }
    let mut text = String::new();
    for ((outcome, class), tests) in groups {
        writeln!(text, "{outcome} {class}: {}", tests.join(" ")).map_err(|error| error.to_string())?;
    }
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads what [`write_oracle`] wrote.
pub fn read_oracle(path: &Path) -> Result<Outcomes, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("{}: {error} (record it with --oracle)", path.display()))?;
    let mut outcomes = Outcomes::new();
    for line in text.lines() {
        let (group, tests) = line.split_once(": ").ok_or_else(|| format!("{}: {line}", path.display()))?;
        let (outcome, class) = group.split_once(' ').ok_or_else(|| format!("{}: {line}", path.display()))?;
        for test in tests.split(' ') {
            let id = if class.is_empty() { test.to_owned() } else { format!("{class}.{test}") };
            outcomes.insert(id, outcome.to_owned());
        }
    }
    Ok(outcomes)
}

/// What is expected of one file.
#[derive(Clone, Default)]
pub struct FileExpectation {
    /// How many tests pass on the oracle.
    total: usize,
    /// Nothing passes.
    nothing: bool,
    /// Those of them that do not pass here, with how they end.
    failing: BTreeMap<String, String>,
    /// Why they do not pass, for the reader.
    causes: BTreeMap<String, String>,
    /// Those whose outcome varies from run to run and is not judged.
    pub flaky: BTreeSet<String>,
}

impl FileExpectation {
    /// Whether the test `id`, which passes on the oracle, is expected not to pass here.
    pub fn fails(&self, id: &str) -> bool {
        self.nothing || self.failing.contains_key(id)
    }
}

/// The contents of `expected.txt`: for each file a line `NAME: PASSED of TOTAL`, then, indented, `OUTCOME ID: CAUSE` for each test
/// that does not pass (the cause is for the reader, and may be missing), or `nothing` instead of listing them all; `flaky ID` exempts a test.
#[derive(Default)]
pub struct Expected {
    files: BTreeMap<String, FileExpectation>,
}

impl Expected {
    pub fn read(path: &Path) -> Result<Expected, String> {
        let Ok(text) = fs::read_to_string(path) else { return Ok(Expected::default()) };
        let mut files: BTreeMap<String, FileExpectation> = BTreeMap::new();
        let mut name = String::new();
        for line in text.lines() {
            let malformed = || format!("{}: {line}", path.display());
            if let Some(entry) = line.strip_prefix("  ") {
                let file = files.get_mut(&name).ok_or_else(malformed)?;
                match entry.split_once(' ') {
                    None if entry == "nothing" => file.nothing = true,
                    Some(("flaky", id)) => drop(file.flaky.insert(id.to_owned())),
                    Some((outcome, rest)) => {
                        let (id, cause) = rest.split_once(": ").unwrap_or((rest, ""));
                        file.failing.insert(id.to_owned(), outcome.to_owned());
                        file.causes.insert(id.to_owned(), cause.to_owned());
                    }
                    None => return Err(malformed()),
                }
            } else {
                let (file, counts) = line.split_once(": ").ok_or_else(malformed)?;
                let (_, total) = counts.split_once(" of ").ok_or_else(malformed)?;
                let total = total.parse().map_err(|_| malformed())?;
                file.clone_into(&mut name);
                files.insert(name.clone(), FileExpectation { total, ..FileExpectation::default() });
            }
        }
        Ok(Expected { files })
    }

    /// What is expected of the file `name`; of one not listed, everything.
    pub fn file(&self, name: &str) -> FileExpectation {
        self.files.get(name).cloned().unwrap_or_default()
    }

    pub fn set(&mut self, name: &str, total: usize, failing: BTreeMap<String, String>) {
        let file = self.files.entry(name.to_owned()).or_default();
        file.total = total;
        file.nothing = total > 0 && failing.len() == total;
        file.failing = failing;
    }

    pub fn write(&self, path: &Path) -> Result<(), String> {
        let mut text = String::new();
        for (name, file) in &self.files {
            let passed = if file.nothing { 0 } else { file.total - file.failing.len().min(file.total) };
            text.push_str(&format!("{name}: {passed} of {}\n", file.total));
            if file.nothing {
                text.push_str("  nothing\n");
            } else {
                for (id, outcome) in &file.failing {
                    text.push_str(&format!("  {outcome} {id}"));
                    if let Some(cause) = file.causes.get(id).filter(|cause| !cause.is_empty()) {
                        text.push_str(&format!(": {cause}"));
                    }
                    text.push('\n');
                }
            }
            for id in &file.flaky {
                text.push_str(&format!("  flaky {id}\n"));
            }
        }
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// The contents of `left_out.txt`: tests and classes of tests that are not wanted, by file. Each line has the reason, for the
/// reader.
pub struct LeftOut(Vec<(String, String)>);

impl LeftOut {
    pub fn read(path: &Path) -> Result<LeftOut, String> {
        let describe = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|error| describe(&error))?;
        let mut tests = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let parts = line.split_once(": ").and_then(|(test, _)| test.split_once(' '));
            let (file, test) = parts.ok_or_else(|| describe(&line))?;
            tests.push((file.to_owned(), test.to_owned()));
        }
        Ok(LeftOut(tests))
    }

    /// Whether the test `id` of `file` is not wanted.
    pub fn contains(&self, file: &str, id: &str) -> bool {
        self.0.iter().any(|(known, test)| {
            known == file
                && id.strip_prefix(test.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}
