//! `tertulia backup` and `tertulia restore`.
//!
//! A backup is taken while the server runs and holds one consistent state. The key that opens channel secrets is not in
//! it on purpose: who finds the backup alone can't use the company's accounts.

use crate::{config::Config, data, say};
use anyhow::{Context, bail, ensure};
use clap::Args;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};
use tertulia_store::Store;

/// Where the backup goes.
#[derive(Args)]
pub struct BackupArgs {
    /// File to write; must not exist yet.
    file: PathBuf,
}

/// Where the backup is.
#[derive(Args)]
pub struct RestoreArgs {
    /// File that `tertulia backup` wrote, from the same kind of database.
    file: PathBuf,
}

/// Writes a backup.
pub async fn backup(config: &Config, args: BackupArgs) -> anyhow::Result<()> {
    let file = args.file;
    let shown = file.display();
    ensure!(
        !file.exists(),
        say::words(format!("{shown} ya existe; elige otro nombre"), format!("{shown} exists already; choose another name"))
    );
    let draft = PathBuf::from(format!("{}.partial", file.display()));
    remove(&draft)?;
    let written = write_backup(config, &draft).await;
    for rest in ["-wal", "-shm"] {
        remove(&beside(&draft, rest))?;
    }
    if written.is_err() {
        remove(&draft)?;
    }
    written?;
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o600))?;
    fs::File::open(&draft)?.sync_all()?;
    fs::rename(&draft, &file)?;
    let size = fs::metadata(&file)?.len();
    say::line(&format!("{} ({size} bytes)", file.display()));
    say::note(&format!(
        "{} {}",
        say::either(
            "La copia no incluye la llave que abre los secretos de los canales. Guárdala aparte:",
            "The backup does not hold the key that opens the channels' secrets. Keep it elsewhere:",
        ),
        data::key_file(config).display()
    ));
    Ok(())
}

async fn write_backup(config: &Config, draft: &Path) -> anyhow::Result<()> {
    if !config.is_sqlite() {
        let mut dump = postgres_tool("pg_dump", &config.database)?;
        return run(dump.args(["--format=custom", "--no-owner", "--file"]).arg(draft), "pg_dump");
    }
    let store = Store::open_as_is(&config.database_url())
        .await
        .context(say::either("al abrir la base de datos", "opening the database").to_owned())?;
    store.copy_to(&draft.to_string_lossy()).await.context(say::either("al copiar la base de datos", "copying the database").to_owned())?;
    store.close().await;
    check_copy(draft).await
}

/// Whether a file is a whole database that this program can read.
async fn check_copy(file: &Path) -> anyhow::Result<()> {
    let store = Store::open_as_is(&crate::config::sqlite_url(file))
        .await
        .context(say::either("al abrir la copia", "opening the backup").to_owned())?;
    let mut conn = store.read().await?;
    let version = conn.schema_version().await?;
    let problems = conn.integrity_problems().await?;
    drop(conn);
    store.close().await;
    let (shown, found) = (file.display(), problems.join("; "));
    ensure!(problems.is_empty(), say::words(format!("la copia está dañada: {found}"), format!("the backup is damaged: {found}")));
    match version {
        None => bail!(say::words(
            format!("{shown} no es una base de datos de este programa"),
            format!("{shown} is not a database of this program")
        )),
        Some(version) if version > tertulia_store::newest_schema() => bail!(say::words(
            format!("la copia viene de una versión más nueva de este programa (esquema {version}); usa esa versión"),
            format!("the backup comes from a newer version of this program (schema {version}); use that version")
        )),
        Some(_) => Ok(()),
    }
}

/// Puts a backup in place of the database. What was there is kept beside it.
pub async fn restore(config: &Config, args: RestoreArgs) -> anyhow::Result<()> {
    let shown = args.file.display();
    ensure!(args.file.is_file(), say::words(format!("no existe el archivo {shown}"), format!("there is no file {shown}")));
    let _in_use = data::lock(config)?;
    if config.is_sqlite() {
        restore_sqlite(config, &args.file).await?;
    } else {
        let mut restore = postgres_tool("pg_restore", &config.database)?;
        restore.args(["--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction"]);
        // pg_restore writes to standard output unless it is told the database; the rest comes from the environment.
        let name = database_name(&config.database)?;
        run(restore.arg("--dbname").arg(name).arg(&args.file), "pg_restore")?;
    }
    let app = data::open_app(config).await.context(
        say::either("al llevar la base restaurada al esquema de esta versión", "bringing the restored database to this version's schema")
            .to_owned(),
    )?;
    // They may have left after the backup was taken: the network is asked before anything is sent.
    let mut tx = app.store.begin().await?;
    let doubtful = tx.doubt_answers().await?;
    tx.commit().await?;
    if doubtful > 0 {
        say::note(&format!(
            "{}: {doubtful}",
            say::either(
                "Respuestas en camino entonces; antes de enviarlas se busca en la red si ya salieron",
                "Answers on their way then; each is looked for on its network before it is sent",
            )
        ));
    }
    app.store.close().await;
    say::line(say::either(
        "Restaurada. Si la llave secret.key no es la de entonces, vuelve a escribir los secretos de los canales.",
        "Restored. If secret.key is not the one of then, enter the channels' secrets again.",
    ));
    Ok(())
}

async fn restore_sqlite(config: &Config, file: &Path) -> anyhow::Result<()> {
    let target = config.sqlite_file();
    let draft = target.with_extension("db.restoring");
    fs::copy(file, &draft).with_context(|| format!("{} {}", say::either("al copiar", "copying"), file.display()))?;
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o600))?;
    let checked = check_copy(&draft).await;
    for rest in ["-wal", "-shm"] {
        let _ = fs::remove_file(beside(&draft, rest));
    }
    if checked.is_err() {
        fs::remove_file(&draft)?;
        return checked;
    }
    fs::File::open(&draft)?.sync_all()?;
    if target.exists() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let kept = target.with_extension(format!("db.before-{now}"));
        for rest in ["", "-wal", "-shm"] {
            let from = beside(&target, rest);
            if from.exists() {
                fs::rename(from, beside(&kept, rest))?;
            }
        }
        say::note(&format!("{} {}", say::either("La base anterior queda en", "The database before is kept in"), kept.display()));
    }
    fs::rename(&draft, &target)?;
    Ok(())
}

/// Removes a file if it is there.
fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(file: &Path, rest: &str) -> PathBuf {
    PathBuf::from(format!("{}{rest}", file.display()))
}

fn run(command: &mut Command, tool: &str) -> anyhow::Result<()> {
    match command.status() {
        Ok(status) => {
            ensure!(
                status.success(),
                say::words(
                    format!("{tool} falló ({status}); arriba está lo que dijo"),
                    format!("{tool} failed ({status}); its words are above")
                )
            );
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
            "{tool} {}",
            say::either(
                "no está instalado aquí. Instala el cliente de PostgreSQL (Debian: apt install postgresql-client) de la versión del servidor o una más nueva.",
                "is not installed here. Install PostgreSQL's client tools (Debian: apt install postgresql-client), of the server's version or newer.",
            )
        ),
        Err(error) => Err(error).with_context(|| format!("{} {tool}", say::either("al iniciar", "starting"))),
    }
}

fn database_name(url: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(url).context(say::either("la dirección de la base de datos", "the database's URL").to_owned())?;
    Ok(url.path().trim_start_matches('/').to_owned())
}

/// A PostgreSQL tool told by its environment where to connect: arguments would show the password to everybody who
/// lists processes.
fn postgres_tool(tool: &str, url: &str) -> anyhow::Result<Command> {
    let parsed = url::Url::parse(url).context(say::either("la dirección de la base de datos", "the database's URL").to_owned())?;
    let plain =
        |text: &str| url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B")).as_bytes()).next().map(|(_, v)| v.into_owned());
    let mut command = Command::new(tool);
    command.env("PGDATABASE", database_name(url)?);
    if let Some(host) = parsed.host_str().filter(|host| !host.is_empty()) {
        command.env("PGHOST", plain(host).unwrap_or_default());
    }
    if let Some(port) = parsed.port() {
        command.env("PGPORT", port.to_string());
    }
    if !parsed.username().is_empty() {
        command.env("PGUSER", plain(parsed.username()).unwrap_or_default());
    }
    if let Some(password) = parsed.password() {
        command.env("PGPASSWORD", plain(password).unwrap_or_default());
    }
    for (key, value) in parsed.query_pairs() {
        match key.as_ref() {
            "host" => command.env("PGHOST", value.as_ref()),
            "port" => command.env("PGPORT", value.as_ref()),
            "user" => command.env("PGUSER", value.as_ref()),
            "password" => command.env("PGPASSWORD", value.as_ref()),
            "sslmode" => command.env("PGSSLMODE", value.as_ref()),
            "sslrootcert" => command.env("PGSSLROOTCERT", value.as_ref()),
            _ => continue,
        };
    }
    Ok(command)
}
