//! What every Rust file keeps: a module doc, a size that fits in the head, and purity where the crate is pure.

use super::graph::PURE;

/// The most lines a file may have; past about 400 it is time to look for its second reason.
const LONGEST: usize = 600;

/// Calls that make a result depend on more than its input.
const IMPURE_CALLS: &[&str] =
    &["SystemTime::now", "Instant::now", "Utc::now", "OffsetDateTime::now", "Uuid::now_v7", "Uuid::new_v4", "std::fs::", "std::env::"];

/// Complaints about one file, named from the root with `/`.
pub fn check(name: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !first.starts_with("//!") {
        complaints.push(format!("{name}: does not begin with what it is for (`//!`)"));
    }
    let lines = text.lines().count();
    if lines > LONGEST {
        complaints.push(format!("{name}: {lines} lines; past {LONGEST} a file has a second reason to exist: give it a room"));
    }
    let is_pure = PURE.iter().any(|crate_name| name.starts_with(&format!("crates/{crate_name}/src/")));
    if is_pure {
        // Tests of a pure crate may read a fixture.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for call in IMPURE_CALLS.iter().filter(|call| line.contains(**call)) {
                complaints.push(format!("{name}:{}: {call} in a pure crate: take it as an argument", number + 1));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_with_its_doc() {
        assert!(check("crates/tertulia-store/src/a.rs", "\n//! Posts.\nuse x;\n").is_empty());
        assert_eq!(check("crates/tertulia-store/src/a.rs", "use x;\n//! Posts.\n").len(), 1);
        assert_eq!(check("crates/tertulia-store/src/a.rs", "").len(), 1);
    }

    #[test]
    fn a_file_is_at_most_600_lines_long() {
        let text = |lines: usize| format!("//! Posts.\n{}", "x\n".repeat(lines - 1));
        assert!(check("a.rs", &text(600)).is_empty());
        assert_eq!(check("a.rs", &text(601)).len(), 1);
    }

    #[test]
    fn a_pure_crate_asks_neither_clock_nor_chance() {
        let text = "//! Cases.\n// SystemTime::now is not for us\nlet t = SystemTime::now();\n#[cfg(test)]\nUuid::now_v7()\n";
        let complaints = check("crates/tertulia-care/src/a.rs", text);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("crates/tertulia-care/src/a.rs:3:"), "{complaints:?}");
        assert!(check("crates/tertulia-app/src/a.rs", text).is_empty());
    }
}
