//! Console and widget: installed with `npm ci`, built with Vite, both only when their sources changed.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Outcome, local, on_path, output, program, read, root, run, write};

/// What is made below `web/`, not written: folders, and files that the translation compiler leaves beside its settings. None
/// is a source, so none may change the fingerprint: the build itself would ask for the next one.
const MADE: &[&str] = &[
    "node_modules",
    "build",
    "dist",
    ".svelte-kit",
    "paraglide",
    "test-results",
    "results",
    ".lix",
    "cache",
    ".meta.json",
    ".gitignore",
    "README.md",
];

/// Installs packages and builds both programs; nothing when nothing changed.
pub fn build() -> Outcome {
    install(&root().join("web"))?;
    let sources = fingerprint(&root().join("web"))?;
    let stamp = local().join("web-built");
    let built = ["web/console/build/index.html", "web/widget/dist/widget.js"];
    let complete = built.iter().all(|file| root().join(file).exists());
    if complete && std::fs::read_to_string(&stamp).is_ok_and(|old| old == sources) {
        println!("console and widget are already built");
        return Ok(());
    }
    run(npm(&root().join("web")).args(["run", "build"]))?;
    for file in built {
        if !root().join(file).exists() {
            return Err(format!("the build did not make {file}"));
        }
    }
    write(&stamp, &sources)
}

/// `npm ci` in a folder, when its lock file changed since the last time or its packages are gone.
pub fn install(folder: &Path) -> Outcome {
    require_node()?;
    let lock = read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    write(&stamp, &lock)
}

/// npm in a folder.
pub fn npm(folder: &Path) -> Command {
    let mut npm = program("npm");
    npm.current_dir(folder);
    npm
}

fn require_node() -> Outcome {
    if !on_path("node") || !on_path("npm") {
        return Err("Node 20.19 or later with npm is needed".to_owned());
    }
    let version = output(program("node").arg("--version"))?;
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version >= (20, 19) { Ok(()) } else { Err(format!("Node 20.19 or later is needed; this is {version:?}")) }
}

/// Changes when any written file's name or content does.
fn fingerprint(folder: &Path) -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    for path in files(folder)? {
        path.hash(&mut hasher);
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        if MADE.iter().any(|made| entry.file_name() == *made) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_changes_with_a_source_and_not_with_what_is_made() {
        let folder = std::env::temp_dir().join(format!("xtask-web-{}", std::process::id()));
        write(&folder.join("src/app.ts"), "one").unwrap();
        let first = fingerprint(&folder).unwrap();
        write(&folder.join("node_modules/x/index.js"), "made").unwrap();
        write(&folder.join("project.inlang/.meta.json"), "made").unwrap();
        write(&folder.join("project.inlang/cache/x.json"), "made").unwrap();
        assert_eq!(fingerprint(&folder).unwrap(), first);
        write(&folder.join("src/app.ts"), "two").unwrap();
        assert_ne!(fingerprint(&folder).unwrap(), first);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
