//! Who may depend on whom.

use std::collections::{HashMap, HashSet};

use crate::json::Json;

/// Packages and what each needs to run (tests' and build scripts' needs aside).
pub struct Graph {
    /// By package id.
    pub packages: HashMap<String, Package>,
}

/// One package of the lock file.
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence expression it declares.
    pub licence: Option<String>,
    /// Whether it is one of ours.
    pub ours: bool,
    /// Ids of what it needs to run.
    pub needs: Vec<String>,
}

/// Each of our crates and those of ours it may need. What is not here may need nothing of ours.
///
/// The arrows point one way: kernel ← domain ← store ← app ← channels, http ← program.
const LAYERS: &[(&str, &[&str])] = &[
    ("tertulia-listen", &["tertulia-kernel"]),
    ("tertulia-care", &["tertulia-kernel"]),
    ("tertulia-policy", &["tertulia-kernel"]),
    ("tertulia-understand", &["tertulia-kernel"]),
    ("tertulia-measure", &["tertulia-kernel"]),
    ("tertulia-api-types", &["tertulia-kernel"]),
    ("tertulia-store", &["tertulia-kernel", DOMAIN]),
    ("tertulia-app", &["tertulia-kernel", DOMAIN, "tertulia-store"]),
    ("tertulia-channels", &["tertulia-kernel", DOMAIN, "tertulia-app"]),
    // Of the store only the rows that use cases return.
    ("tertulia-http", &["tertulia-kernel", DOMAIN, "tertulia-store", "tertulia-app", "tertulia-api-types"]),
    ("tertulia", &[ANY]),
    ("tertulia-trainer", &["tertulia-kernel", "tertulia-understand"]),
    ("tertulia-testkit", &[ANY]),
];

/// Any of the pure domain crates.
const DOMAIN: &str = "domain";
/// Anything but the test crates.
const ANY: &str = "any";

/// Crates with no input, output, clock or chance of their own: the kernel and the domain.
pub const PURE: &[&str] =
    &["tertulia-kernel", "tertulia-listen", "tertulia-care", "tertulia-policy", "tertulia-understand", "tertulia-measure"];

/// What would give a pure crate input, output or chance.
const IMPURE: &[&str] = &["tokio", "sqlx", "sqlx-core", "axum", "hyper", "reqwest", "rand", "async-std"];

/// Crates that only tests use: no crate needs them to run.
const FOR_TESTS: &[&str] = &["tertulia-testkit", "tertulia-peers"];

impl Graph {
    /// From `cargo metadata --format-version 1`, for one platform or all.
    pub fn read(metadata: &Json) -> Self {
        let ours: HashSet<&str> =
            metadata.get("workspace_members").map(Json::items).unwrap_or_default().iter().filter_map(Json::text).collect();
        let mut packages = HashMap::new();
        for package in metadata.get("packages").map(Json::items).unwrap_or_default() {
            let text = |key| package.text_of(key).unwrap_or_default().to_owned();
            let id = text("id");
            packages.insert(
                id.clone(),
                Package {
                    name: text("name"),
                    version: text("version"),
                    licence: package.text_of("license").map(str::to_owned),
                    ours: ours.contains(id.as_str()),
                    needs: Vec::new(),
                },
            );
        }
        let nodes = metadata.get("resolve").and_then(|resolve| resolve.get("nodes")).map(Json::items);
        for node in nodes.unwrap_or_default() {
            let needs = node.get("deps").map(Json::items).unwrap_or_default().iter().filter(|dep| {
                let kinds = dep.get("dep_kinds").map(Json::items).unwrap_or_default();
                kinds.iter().any(|kind| kind.get("kind") == Some(&Json::Bare("null".to_owned())))
            });
            let needs = needs.filter_map(|dep| dep.text_of("pkg")).map(str::to_owned).collect();
            if let Some(package) = packages.get_mut(node.text_of("id").unwrap_or_default()) {
                package.needs = needs;
            }
        }
        Self { packages }
    }

    fn ours(&self) -> impl Iterator<Item = &Package> {
        let mut ours: Vec<&Package> = self.packages.values().filter(|package| package.ours).collect();
        ours.sort_by(|a, b| a.name.cmp(&b.name));
        ours.into_iter()
    }

    fn named<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = &'a Package> {
        ids.iter().filter_map(|id| self.packages.get(id))
    }

    /// Everything a package needs, with what it needs in turn.
    fn all_needs<'a>(&'a self, package: &'a Package) -> HashSet<&'a str> {
        let mut names = HashSet::new();
        let mut waiting: Vec<&Package> = self.named(&package.needs).collect();
        while let Some(next) = waiting.pop() {
            if names.insert(next.name.as_str()) {
                waiting.extend(self.named(&next.needs));
            }
        }
        names
    }
}

/// Arrows between our crates that [`LAYERS`] does not have.
pub fn layers(graph: &Graph) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in graph.ours() {
        let allowed = LAYERS.iter().find(|(name, _)| *name == package.name).map_or(&[][..], |(_, allowed)| allowed);
        for need in graph.named(&package.needs).filter(|need| need.ours) {
            let name = need.name.as_str();
            let is_for_tests = FOR_TESTS.contains(&name);
            let may = allowed.contains(&name)
                || (allowed.contains(&DOMAIN) && PURE.contains(&name))
                || (allowed.contains(&ANY) && !is_for_tests)
                || (is_for_tests && FOR_TESTS.contains(&package.name.as_str()));
            if !may {
                complaints.push(format!("{} may not depend on {name} (ARCHITECTURE.md, dependency rule)", package.name));
            }
        }
    }
    complaints
}

/// Pure crates that could do input or output, however far down.
pub fn pure_crates(graph: &Graph) -> Vec<String> {
    let pure = graph.ours().filter(|package| PURE.contains(&package.name.as_str()));
    pure.flat_map(|package| {
        let needs = graph.all_needs(package);
        let found = IMPURE.iter().filter(move |impure| needs.contains(*impure));
        found.map(|impure| format!("{} is a pure crate and depends on {impure}", package.name)).collect::<Vec<_>>()
    })
    .collect()
}

/// The one TLS library here is rustls, on every platform of the lock file.
pub fn other_tls(lock: &str) -> Vec<String> {
    let others = ["openssl", "openssl-sys", "native-tls", "aws-lc-sys"];
    let found = others.iter().filter(|other| lock.lines().any(|line| line == format!("name = \"{other}\"")));
    found.map(|other| format!("Cargo.lock has {other}: TLS is rustls with ring")).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A graph from `name → needs`; names that begin with `tertulia` are ours.
    pub fn graph(arrows: &[(&str, &[&str])]) -> Graph {
        let mut packages = HashMap::new();
        for (name, needs) in arrows {
            for name in needs.iter().chain([name]) {
                packages.entry((*name).to_owned()).or_insert_with(|| Package {
                    name: (*name).to_owned(),
                    version: "1.0.0".to_owned(),
                    licence: Some("MIT".to_owned()),
                    ours: name.starts_with("tertulia"),
                    needs: Vec::new(),
                });
            }
            packages.get_mut(*name).unwrap().needs = needs.iter().map(|need| (*need).to_owned()).collect();
        }
        Graph { packages }
    }

    #[test]
    fn arrows_along_the_layers_pass() {
        let graph = graph(&[
            ("tertulia-listen", &["tertulia-kernel"]),
            ("tertulia-store", &["tertulia-kernel", "tertulia-care"]),
            ("tertulia", &["tertulia-http", "tertulia-channels"]),
            ("tertulia-testkit", &["tertulia-peers", "tertulia-store"]),
        ]);
        assert_eq!(layers(&graph), [""; 0]);
    }

    #[test]
    fn arrows_against_the_layers_are_named() {
        for (from, to) in [
            ("tertulia-listen", "tertulia-care"),
            ("tertulia-kernel", "tertulia-store"),
            ("tertulia-http", "tertulia-channels"),
            ("tertulia-channels", "tertulia-http"),
            ("tertulia", "tertulia-testkit"),
            ("tertulia-new", "tertulia-kernel"),
        ] {
            let complaints = layers(&graph(&[(from, &[to])]));
            assert_eq!(complaints.len(), 1, "{from} → {to}");
            assert!(complaints[0].contains(from) && complaints[0].contains(to), "{complaints:?}");
        }
    }

    #[test]
    fn a_pure_crate_does_no_input_even_far_down() {
        let graph = graph(&[("tertulia-care", &["a"]), ("a", &["b"]), ("b", &["tokio"]), ("tertulia-store", &["sqlx"])]);
        assert_eq!(pure_crates(&graph), ["tertulia-care is a pure crate and depends on tokio"]);
    }

    #[test]
    fn another_tls_library_is_named() {
        let lock = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
        assert_eq!(other_tls(&lock("openssl-sys")).len(), 1);
        assert!(other_tls(&lock("openssl-probe")).is_empty());
    }

    #[test]
    fn needs_of_tests_do_not_count() {
        let metadata = Json::read(
            r#"{"packages": [{"id": "k", "name": "tertulia-kernel", "version": "1.0.0", "license": null},
                             {"id": "t", "name": "tokio", "version": "1.0.0", "license": "MIT"}],
                "workspace_members": ["k"],
                "resolve": {"nodes": [{"id": "k", "deps": [{"pkg": "t", "dep_kinds": [{"kind": "dev"}]}]}]}}"#,
        )
        .unwrap();
        let graph = Graph::read(&metadata);
        assert!(pure_crates(&graph).is_empty());
        assert!(graph.packages["k"].ours && graph.packages["k"].needs.is_empty());
    }
}
