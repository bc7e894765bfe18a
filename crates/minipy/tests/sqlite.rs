//! What programs may do to `sqlite3` while it is at work: nothing of it may crash or hang. CPython does on some of it, so
//! there is no golden.

use std::path::Path;
use std::process::Command;

#[test]
fn reentry() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sqlite");
    for program in ["reentry.py", "sharing.py"] {
        let output = Command::new(env!("CARGO_BIN_EXE_minipy"))
            .args(["-W", "ignore", program])
            .current_dir(&dir)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {}\n{stdout}\n{stderr}", output.status);
        assert_eq!(stdout.trim_end().lines().last(), Some("end"), "{program}: {stdout}\n{stderr}");
    }
}
