//! The committed description of the API.

use std::path::Path;

#[test]
fn the_committed_document_is_this_programs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let ours = tertulia_http::openapi().to_pretty_json().expect("a document");
    assert!(committed.trim() == ours.trim(), "docs/openapi.json is not up to date: run `cargo xtask codegen`");
}

/// The catalogue of translations knows every code the app and the server use.
#[test]
fn every_error_code_is_translated() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let catalogue = std::fs::read_to_string(crates.join("tertulia-http/src/problem/catalogue.rs")).expect("the catalogue");
    let mut files = Vec::new();
    for folder in ["tertulia-app/src", "tertulia-http/src"] {
        collect(&crates.join(folder), &mut files);
    }
    let mut found = 0;
    let mut missing = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file");
        for call in ["AppError::new(", "AppError::conflict(", "Self::conflict("] {
            for rest in text.split(call).skip(1) {
                // The code is the first text of the call; a call that passes a variable has none before its end.
                let Some(code) = rest.split(')').next().and_then(|arguments| arguments.split('"').nth(1)) else { continue };
                found += 1;
                if !catalogue.contains(&format!("\"{code}\" =>")) && !catalogue.contains(&format!("\"{code}\" |")) {
                    missing.push(format!("{code} ({})", file.display()));
                }
            }
        }
    }
    assert!(found > 20, "the search finds codes: {found}");
    assert!(missing.is_empty(), "add to problem/catalogue.rs: {missing:#?}");
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
