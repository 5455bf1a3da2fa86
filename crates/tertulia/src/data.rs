//! The data folder: the database and the installation's key.

use crate::{config::Config, say};
use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use tertulia_app::{App, Networks, secret::Sealer, staff::setup};
use tertulia_channels::{email::Email, feed::Feeds, mastodon::Mastodon, push::Push, replay::Replay, webchat::WebChat};
use tertulia_kernel::Entropy;
use tertulia_store::Store;

/// Where the key may come from instead of the data folder (several nodes on one database).
pub const KEY_VARIABLE: &str = "TERTULIA_SECRET_KEY";

/// Creates the data folder, for its owner only.
pub fn create_folder(config: &Config) -> anyhow::Result<()> {
    let folder = &config.data;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("{} {}", say::either("al crear la carpeta de datos", "creating the data folder"), folder.display()))
}

/// The key's file.
pub fn key_file(config: &Config) -> PathBuf {
    config.data.join("secret.key")
}

/// Reads a key as it is written: 32 bytes in base64.
pub fn read_key(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

/// The installation's key: from the environment, from its file, or new.
fn load_key(config: &Config) -> anyhow::Result<[u8; 32]> {
    if let Ok(text) = std::env::var(KEY_VARIABLE) {
        return read_key(&text)
            .with_context(|| format!("{KEY_VARIABLE} {}", say::either("debe ser 32 bytes en base64", "must be 32 bytes in base64")));
    }
    let file = key_file(config);
    if !file.exists() {
        write_new_key(&file).with_context(|| format!("{} {}", say::either("al escribir", "writing"), file.display()))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("{} {}", say::either("al leer", "reading"), file.display()))?;
    read_key(&text).with_context(|| {
        let words = say::either(
            "debe tener 32 bytes en base64; restáuralo desde su copia",
            "must hold 32 bytes in base64; restore it from its backup",
        );
        format!("{} {words}", file.display())
    })
}

/// Writes a new key. Two programs may do so at once: the first one's key stays, and nobody sees half of it.
fn write_new_key(file: &Path) -> anyhow::Result<()> {
    let mut key = [0u8; 32];
    tertulia_app::system::SystemEntropy::default().fill(&mut key);
    let draft = file.with_extension(format!("{}.tmp", std::process::id()));
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(out, "{}", STANDARD.encode(key))?;
    out.sync_all()?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// The kinds of channel of this program. Files to replay lie in the data folder.
pub fn networks(config: &Config) -> Networks {
    Networks::new(vec![
        Arc::new(Email::default()),
        Arc::new(Feeds::default()),
        Arc::new(Mastodon),
        Arc::new(WebChat),
        Arc::new(Push),
        Arc::new(Replay::new(vec![config.data.join("replay")])),
    ])
}

/// Opens the database (creating or migrating it) and everything the use cases need.
pub async fn open_app(config: &Config) -> anyhow::Result<App> {
    create_folder(config)?;
    let key = load_key(config)?;
    let store =
        Store::open(&config.database_url()).await.context(say::either("al abrir la base de datos", "opening the database").to_owned())?;
    let mut app = App::new(store, Sealer::new(key), networks(config));
    app.folder = Some(config.data.clone());
    setup::prepare(&app).await?;
    Ok(app)
}

/// Held while the server (or a restore) runs on this data folder.
pub struct InUse(#[allow(dead_code, reason = "the lock lasts as long as the file is open")] File);

/// Takes the data folder for oneself.
pub fn lock(config: &Config) -> anyhow::Result<InUse> {
    create_folder(config)?;
    let path = config.data.join("tertulia.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(InUse(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "{} ({})",
            say::either(
                "otro programa usa esta carpeta de datos; detén ese servidor primero",
                "another program uses this data folder; stop that server first"
            ),
            config.data.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} {}", say::either("al reservar", "locking"), path.display()))
        }
    }
}

/// `tertulia migrate`.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let app = open_app(config).await?;
    let version = app.store.read().await?.schema_version().await?.unwrap_or_default();
    app.store.close().await;
    say::line(&format!("{} {version}", say::either("La base de datos tiene el esquema", "The database has schema")));
    Ok(())
}
