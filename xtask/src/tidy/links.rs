//! Links between the project's documents lead somewhere.

use std::path::{Component, Path, PathBuf};

/// Complaints about one Markdown file; `exists` answers for a path from the root.
pub fn check(file: &Path, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut complaints = Vec::new();
    for (number, line) in prose(text) {
        for target in targets(line) {
            let target = target.split(['#', '?']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let leads_to = match target.strip_prefix('/') {
                Some(from_root) => Some(PathBuf::from(from_root)),
                None => resolve(&folder.join(target)),
            };
            if !leads_to.is_some_and(|path| exists(&path)) {
                complaints.push(format!("{}:{number}: the link {target} leads nowhere", file.display()));
            }
        }
    }
    complaints
}

/// Numbered lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            return None;
        }
        (!in_code).then_some((index + 1, line))
    })
}

/// What stands in `](…)` and in `src="…"` or `href="…"`.
fn targets(line: &str) -> Vec<&str> {
    let in_markdown = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let in_html =
        ["src=\"", "href=\""].into_iter().flat_map(|attribute| line.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
    in_markdown.chain(in_html).collect()
}

/// Without `.` and `..`; nothing when it climbs out of the root.
fn resolve(path: &Path) -> Option<PathBuf> {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !resolved.pop() {
                    return None;
                }
            }
            other => resolved.push(other),
        }
    }
    Some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        check(Path::new("docs/guide.md"), text, |path| ["docs/a.md", "README.md"].iter().any(|known| path == Path::new(known)))
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "[a](a.md#part) [up](../README.md \"title\") [web](https://example.org) [here](#x) <img src=\"/README.md\">";
        assert_eq!(complaints(text), [""; 0]);
        assert_eq!(complaints("```\n[x](nowhere.md)\n```"), [""; 0]);
    }

    #[test]
    fn links_that_lead_nowhere_are_named_with_their_line() {
        assert_eq!(complaints("x\n[b](b.md)"), ["docs/guide.md:2: the link b.md leads nowhere"]);
        assert_eq!(complaints("[out](../../etc/passwd)").len(), 1);
        assert_eq!(complaints("<img src=\"picture.png\">").len(), 1);
    }
}
