//! The foreign programs the tests talk to: which are missing, and how they are installed.
//!
//! System packages come from apt, which needs root. `snac2` (from a newer Debian than the machine's) and `mastodon_mock` go
//! into `.local` and touch nothing else. How each is started is `crates/tertulia-peers`.

use std::path::{Path, PathBuf};

use crate::command::{Outcome, cargo, local, on_path, output, program, run, write};

/// `mastodon_mock` is one author's tool: the version the tests were written against.
const MASTODON_MOCK: &str = "mastodon_mock==0.6.1";

/// Something the tests need, and the Debian packages that bring it.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const SYSTEM: &[Need] = &[
    Need { what: "PostgreSQL 15 or later", packages: &["postgresql"], present: has_postgresql },
    Need {
        what: "Dovecot with IMAP and LMTP",
        packages: &["dovecot-imapd", "dovecot-lmtpd"],
        present: || exist(&["/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp"]),
    },
    Need { what: "Postfix", packages: &["postfix"], present: || exist(&["/usr/lib/postfix/sbin/master"]) },
    Need { what: "openssl (a certificate for the mail servers)", packages: &["openssl"], present: || on_path("openssl") },
    Need {
        what: "Chromium, with letters and emoji to draw",
        packages: &["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"],
        present: || exist(&["/usr/bin/chromium", "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"]),
    },
    Need { what: "valgrind (counts the listening engine's instructions)", packages: &["valgrind"], present: || on_path("valgrind") },
    Need { what: "libcurl (for snac2)", packages: &["libcurl4"], present: has_libcurl },
    Need { what: "Python's venv (for mastodon_mock)", packages: &["python3-venv"], present: has_venv },
];

fn snac() -> PathBuf {
    local().join("peers/snac/usr/bin/snac")
}

fn has_snac() -> bool {
    snac().exists() || Path::new("/usr/bin/snac").exists()
}

/// A virtual environment breaks when the system's Python goes: the link to it must still lead somewhere.
fn has_mastodon_mock() -> bool {
    ["venv/bin/python", "venv/bin/mastodon_mock"].iter().all(|file| local().join(file).exists())
}

/// Installs what is missing; says plainly what it may not install.
pub fn install() -> Outcome {
    let missing: Vec<&Need> = SYSTEM.iter().filter(|need| !(need.present)()).collect();
    if !missing.is_empty() {
        let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
        if !on_path("apt-get") {
            return Err(format!("install these by hand, this machine has no apt: {}", names(&missing)));
        }
        if !is_root() {
            return Err(format!(
                "missing: {}. This script is not root; run:\n  sudo apt-get install --no-install-recommends {}",
                names(&missing),
                packages.join(" ")
            ));
        }
        let _quiet = ServicesStayDown::new()?;
        run(program("apt-get").args(["-q", "update"]))?;
        run(program("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-q", "install", "-y", "--no-install-recommends"])
            .args(&packages))?;
    }
    if !has_snac() {
        install_snac()?;
    }
    if !has_mastodon_mock() {
        install_mastodon_mock()?;
    }
    check()
}

/// Fails naming whatever is missing.
pub fn check() -> Outcome {
    let mut missing: Vec<&str> = SYSTEM.iter().filter(|need| !(need.present)()).map(|need| need.what).collect();
    if !has_snac() {
        missing.push("snac2");
    }
    if !has_mastodon_mock() {
        missing.push("mastodon_mock");
    }
    if missing.is_empty() {
        println!("every peer of the tests is installed");
        return Ok(());
    }
    Err(format!("missing: {}. Run: cargo xtask peers install", missing.join(", ")))
}

/// Runs peers in the foreground until Ctrl-C, printing where they are.
pub fn run_in_foreground(names: &[&str]) -> Outcome {
    run(cargo().stdin(std::process::Stdio::inherit()).args(["run", "-q", "-p", "tertulia-peers", "--", "run"]).args(names))
}

/// A private list of package sources beside the system's: trixie's backports hold a `snac2` with everything the tests use,
/// and its program runs on bookworm as it is.
fn install_snac() -> Outcome {
    let mirror = output(program("apt-get").args(["indextargets", "--format", "$(ORIGIN) $(COMPONENT) $(REPO_URI)"]))?
        .lines()
        .find_map(|line| line.strip_prefix("Debian main "))
        .map(str::to_owned)
        .ok_or("snac2 comes from Debian, and this machine's apt knows no Debian mirror: put snac 2.96 at /usr/bin/snac")?;
    let folder = local().join("peers/apt");
    for part in ["lists/partial", "cache/archives/partial"] {
        std::fs::create_dir_all(folder.join(part)).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let sources = folder.join("snac.sources");
    write(
        &sources,
        &format!(
            "Types: deb\nURIs: {mirror}\nSuites: trixie trixie-backports\nComponents: main\n\
             Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        ),
    )?;
    let apt = || {
        let mut apt = program("apt-get");
        apt.current_dir(&folder).arg("-q");
        for option in [
            format!("Dir::Etc::sourcelist={}", sources.display()),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("Dir::State::lists={}/lists", folder.display()),
            format!("Dir::Cache={}/cache", folder.display()),
            "Acquire::Languages=none".to_owned(),
            "APT::Sandbox::User=root".to_owned(),
        ] {
            apt.args(["-o", &option]);
        }
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["download", "snac2/trixie-backports"]))?;
    let package = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or("apt-get download left no package")?;
    run(program("dpkg").arg("-x").arg(&package).arg(local().join("peers/snac")))?;
    std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Asked nothing, it names itself and fails.
    match program(snac()).output() {
        Ok(said) if said.stdout.starts_with(b"snac") => Ok(()),
        Ok(said) => Err(format!("snac2 does not run on this machine: {}", String::from_utf8_lossy(&said.stderr))),
        Err(error) => Err(format!("snac2 does not run on this machine: {error}")),
    }
}

fn install_mastodon_mock() -> Outcome {
    let venv = local().join("venv");
    run(program("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(program(venv.join("bin/pip")).args(["install", "-q", "--disable-pip-version-check", MASTODON_MOCK]))
}

/// Debian starts a server when it installs one. While this value lives it does not: the tests start their own.
struct ServicesStayDown(Option<PathBuf>);

impl ServicesStayDown {
    fn new() -> Outcome<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        let policy = Path::new("/usr/sbin/policy-rc.d");
        if policy.exists() {
            return Ok(Self(None));
        }
        write(policy, "#!/bin/sh\nexit 101\n")?;
        std::fs::set_permissions(policy, std::fs::Permissions::from_mode(0o755))
            .map_err(|error| format!("{}: {error}", policy.display()))?;
        Ok(Self(Some(policy.to_path_buf())))
    }
}

impl Drop for ServicesStayDown {
    fn drop(&mut self) {
        if let Some(policy) = &self.0 {
            let _ = std::fs::remove_file(policy);
        }
    }
}

fn names(needs: &[&Need]) -> String {
    needs.iter().map(|need| need.what).collect::<Vec<_>>().join(", ")
}

fn exist(paths: &[&str]) -> bool {
    paths.iter().all(|path| Path::new(path).exists())
}

fn has_postgresql() -> bool {
    std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().any(|entry| {
        let version = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        version.is_some_and(|version| version >= 15) && entry.path().join("bin/initdb").exists()
    })
}

fn has_libcurl() -> bool {
    ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64"]
        .iter()
        .any(|folder| Path::new(folder).join("libcurl.so.4").exists())
}

fn has_venv() -> bool {
    output(program("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}

fn is_root() -> bool {
    output(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
