//! Where the installed peers are, and what to say when one is missing.

use std::path::{Path, PathBuf};

/// The folder `cargo xtask peers install` fills: `.local` of the checkout, or `TERTULIA_LOCAL`.
pub fn local_folder() -> PathBuf {
    match std::env::var_os("TERTULIA_LOCAL") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.local"),
    }
}

/// The first of `candidates` that exists.
///
/// # Errors
/// When none does: names the peer and the command that installs it.
pub fn find(peer: &str, candidates: &[PathBuf]) -> anyhow::Result<PathBuf> {
    candidates.iter().find(|path| path.exists()).cloned().ok_or_else(|| {
        anyhow::anyhow!(
            "the test peer `{peer}` is not installed (looked for {}). Run: cargo xtask peers install",
            candidates.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        )
    })
}

/// Whether this process may become other users, as PostgreSQL (never root) and Postfix (needs several users) ask for.
pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| {
        use std::os::unix::fs::MetadataExt;
        meta.uid() == 0
    })
}
