//! The rules of the house, checked: layers, licences, module docs, file sizes, message catalogues, links.
//!
//! Each rule is a function from what it looks at to the list of complaints, so that its own tests can feed it.

mod graph;
mod licences;
mod links;
mod messages;
mod sources;

use std::path::{Path, PathBuf};

use crate::command::{Outcome, cargo, output, root};
use crate::json::Json;

/// Checks everything and lists every complaint.
pub fn run() -> Outcome {
    let root = root();
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &platform()?]))?;
    let metadata = Json::read(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let graph = graph::Graph::read(&metadata);
    let deny = crate::command::read(&root.join("deny.toml"))?;

    let mut complaints = Vec::new();
    complaints.extend(graph::layers(&graph));
    complaints.extend(graph::pure_crates(&graph));
    complaints.extend(graph::other_tls(&crate::command::read(&root.join("Cargo.lock"))?));
    complaints.extend(licences::check(&graph, &licences::allowed(&deny)));
    let files = tracked_files(&root)?;
    for path in &files {
        let name = path.to_string_lossy();
        if name.ends_with(".rs") {
            complaints.extend(sources::check(&name, &crate::command::read(&root.join(path))?));
        } else if name.ends_with(".md") {
            let text = crate::command::read(&root.join(path))?;
            complaints.extend(links::check(path, &text, |target| root.join(target).exists()));
        }
    }
    complaints.extend(catalogues(&root, &files)?);

    if complaints.is_empty() {
        println!("tidy: {} files, {} packages, no complaints", files.len(), graph.packages.len());
        return Ok(());
    }
    for complaint in &complaints {
        println!("{complaint}");
    }
    Err(format!("tidy: {} complaints", complaints.len()))
}

/// This machine's: the packages of others need not even be downloaded.
fn platform() -> Outcome<String> {
    let says = output(crate::command::program("rustc").arg("-vV"))?;
    says.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).ok_or("rustc names no host".to_owned())
}

/// Every Spanish catalogue beside its English one, wherever they are.
fn catalogues(root: &Path, files: &[PathBuf]) -> Outcome<Vec<String>> {
    let mut complaints = Vec::new();
    for path in files {
        let other = match path.file_name().and_then(|name| name.to_str()) {
            Some("es.json") => "en.json",
            Some("en.json") => "es.json",
            _ => continue,
        };
        let beside = root.join(path).with_file_name(other);
        if !beside.exists() {
            complaints.push(format!("{}: has no {other} beside it", path.display()));
        } else if other == "en.json" {
            let spanish = read_json(&root.join(path))?;
            complaints.extend(messages::check(&path.to_string_lossy(), &spanish, &read_json(&beside)?));
        }
    }
    Ok(complaints)
}

fn read_json(path: &Path) -> Outcome<Json> {
    Json::read(&crate::command::read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// Files git knows or would add, relative to the root.
fn tracked_files(root: &Path) -> Outcome<Vec<PathBuf>> {
    let mut git = crate::command::program("git");
    let list = output(git.args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(list.lines().map(PathBuf::from).filter(|path| root.join(path).is_file()).collect())
}
