//! Every package's licence is one that `deny.toml` allows: read there, so that `cargo deny` and this agree.

use super::graph::Graph;

/// The `allow = […]` list of the `[licenses]` table.
pub fn allowed(deny: &str) -> Vec<String> {
    let table = deny.split("[licenses]").nth(1).unwrap_or_default();
    let list = table.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let without_comments = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    let quoted = without_comments.flat_map(|line| line.split('"').skip(1).step_by(2));
    quoted.map(str::to_owned).collect()
}

/// Packages of others whose expression these licences do not satisfy.
pub fn check(graph: &Graph, allowed: &[String]) -> Vec<String> {
    let others = graph.packages.values().filter(|package| !package.ours);
    let mut complaints: Vec<String> = others
        .filter_map(|package| {
            let name = format!("{} {}", package.name, package.version);
            match &package.licence {
                None => Some(format!("{name} declares no licence")),
                Some(licence) if satisfied(licence, allowed) => None,
                Some(licence) => Some(format!("{name}: the licence {licence} is not allowed by deny.toml")),
            }
        })
        .collect();
    complaints.sort();
    complaints
}

/// Whether an SPDX expression can be kept with these licences: `OR` needs one side, `AND` both. The old `/` means `OR`.
fn satisfied(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at, allowed) && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut holds = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        // Read the other side even when this one was enough.
        holds |= both(words, at, allowed);
    }
    holds
}

fn both(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut holds = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one(words, at, allowed);
    }
    holds
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let holds = either(words, at, allowed);
        *at += usize::from(words.get(*at) == Some(&")"));
        return holds;
    }
    if words.get(*at) == Some(&"WITH") {
        let with = format!("{word} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
        // An exception only ever permits more.
        return allowed.contains(&with) || allowed.iter().any(|licence| licence == word);
    }
    allowed.iter().any(|licence| licence == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed_as_spdx_means_them() {
        let allowed: Vec<String> = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned).to_vec();
        for yes in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "GPL-3.0-only OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "GPL-2.0-only OR (MIT AND Unicode-3.0)",
        ] {
            assert!(satisfied(yes, &allowed), "{yes}");
        }
        for no in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "(MIT OR Apache-2.0) AND OpenSSL", "", "MIT MIT", "MIT AND"] {
            assert!(!satisfied(no, &allowed), "{no}");
        }
    }

    #[test]
    fn the_list_is_read_from_deny_toml() {
        let deny = "[bans]\nallow = [\"no\"]\n[licenses]\n# why\nallow = [\n  \"MIT\", # \"not\"\n  \"ISC\",\n]\n[sources]\n";
        assert_eq!(allowed(deny), ["MIT", "ISC"]);
    }

    #[test]
    fn a_package_without_a_permitted_licence_is_named() {
        let mut graph = super::super::graph::tests::graph(&[("tertulia", &["a", "b"])]);
        graph.packages.get_mut("a").unwrap().licence = Some("GPL-3.0-only".to_owned());
        graph.packages.get_mut("b").unwrap().licence = None;
        let complaints = check(&graph, &["MIT".to_owned()]);
        assert_eq!(complaints, ["a 1.0.0: the licence GPL-3.0-only is not allowed by deny.toml", "b 1.0.0 declares no licence"]);
    }
}
