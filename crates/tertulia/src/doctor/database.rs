//! The database: reachable, whole, of this version's schema, in time with the clock; who administers; the channels.

use super::Finding;
use crate::{config::Config, say};
use tertulia_app::{system::SystemClock, understanding::behind::MOST_COUNTED};
use tertulia_kernel::{Clock, Timestamp};
use tertulia_store::{Conn, Store, StoreError, newest_schema, slow::SlowQuery};

/// A clock this far behind what was written down, or apart from the database's own, is wrong.
const CLOCK_TOLERANCE: i64 = 60;
/// No clock of a machine that runs this program shows an earlier instant (2025-01-01).
const EARLIEST: Timestamp = Timestamp::from_seconds(1_735_689_600);

pub async fn look(config: &Config) -> Vec<Finding> {
    if config.is_sqlite() && !config.sqlite_file().exists() {
        return vec![Finding::warning(
            "database",
            format!("{} {}", config.sqlite_file().display(), say::either("no existe aún", "does not exist yet")),
            "Inicia el servidor o ejecuta tertulia migrate para crearla.",
            "Start the server or run tertulia migrate to create it.",
        )];
    }
    let looked = async {
        let store = Store::open_as_is(&config.database_url()).await?;
        let mut conn = store.read().await?;
        let findings = look_inside(&mut conn).await;
        drop(conn);
        store.close().await;
        findings
    };
    looked.await.unwrap_or_else(|error| {
        vec![Finding::error(
            "database",
            error.to_string(),
            "Revisa que la base de datos esté en marcha y que --database (o DATABASE_URL) sea correcto.",
            "Check that the database runs and that --database (or DATABASE_URL) is right.",
        )]
    })
}

async fn look_inside(conn: &mut Conn) -> Result<Vec<Finding>, StoreError> {
    let mut findings = vec![Finding::ok("database", conn.dialect().name())];
    findings.extend(server(conn).await?);
    findings.push(integrity(conn).await?);
    let version = conn.schema_version().await?;
    findings.push(schema(version));
    if version != Some(newest_schema()) {
        // The other questions are this version's.
        return Ok(findings);
    }
    findings.push(clock(conn).await?);
    findings.push(administrators(conn).await?);
    findings.extend(channels(conn).await?);
    findings.extend(slow_queries(conn).await?);
    findings.push(unread(conn).await?);
    Ok(findings)
}

/// Kept posts that nothing has read yet: the running server reads them by itself.
async fn unread(conn: &mut Conn) -> Result<Finding, StoreError> {
    let waiting = conn.count_unread(MOST_COUNTED).await?;
    let more = if waiting < MOST_COUNTED { "" } else { "+" };
    let words =
        say::either("publicaciones guardadas por leer; el servidor las lee solo", "kept posts to be read; the server reads them by itself");
    Ok(Finding::ok("posts.unread", format!("{waiting}{more} {words}")))
}

/// Monitors and rules that keep taking too long on posts.
async fn slow_queries(conn: &mut Conn) -> Result<Vec<Finding>, StoreError> {
    let slow = conn.slow_queries().await?;
    let (mut monitors, mut rules) = (Vec::new(), Vec::new());
    for query in slow.keys() {
        match query {
            SlowQuery::Monitor(id) => monitors.push(*id),
            SlowQuery::Rule(id) => rules.push(*id),
        }
    }
    let monitors = conn.monitors_by_id(&monitors).await?.into_iter().filter(|row| row.enabled);
    let rules = conn.rules().await?.into_iter().filter(|row| row.enabled && rules.contains(&row.id));
    let named = monitors.map(|row| (row.name, SlowQuery::Monitor(row.id))).chain(rules.map(|row| (row.name, SlowQuery::Rule(row.id))));
    let warning = |(name, query)| {
        let posts = slow.get(&query).map_or(0, |slow| slow.posts);
        Finding::warning(
            "query.slow",
            format!("{name}: {posts} × {}", say::either("sin decidir", "undecided")),
            "Esta consulta tarda demasiado en algunas publicaciones y puede pasarlas por alto: ábrela en la consola y pide menos proximidades anidadas o distancias más cortas.",
            "This query takes too long on some posts and may miss them: open it in the console and ask for fewer nested proximities or shorter distances.",
        )
    };
    Ok(named.map(warning).collect())
}

async fn server(conn: &mut Conn) -> Result<Option<Finding>, StoreError> {
    let Some(version) = conn.server_version().await? else { return Ok(None) };
    let found = format!("PostgreSQL {}", version / 10_000);
    Ok(Some(if version < 150_000 {
        Finding::error("database.version", found, "Hace falta PostgreSQL 15 o más nuevo.", "PostgreSQL 15 or newer is needed.")
    } else {
        Finding::ok("database.version", found)
    }))
}

async fn integrity(conn: &mut Conn) -> Result<Finding, StoreError> {
    let problems = conn.integrity_problems().await?;
    Ok(match problems.first() {
        None => Finding::ok("database.integrity", "ok"),
        Some(first) => Finding::error(
            "database.integrity",
            format!("{first} (+{})", problems.len() - 1),
            "La base está dañada: detén el servidor, guarda una copia de la carpeta y restaura la última copia de seguridad (tertulia restore).",
            "The database is damaged: stop the server, keep a copy of the folder, and restore the last backup (tertulia restore).",
        ),
    })
}

fn schema(version: Option<i64>) -> Finding {
    let newest = newest_schema();
    match version {
        Some(version) if version == newest => Finding::ok("database.schema", version.to_string()),
        Some(version) if version > newest => Finding::error(
            "database.schema",
            format!("{version} > {newest}"),
            "La base es de una versión más nueva: usa ese programa.",
            "The database is of a newer version: use that program.",
        ),
        other => Finding::warning(
            "database.schema",
            format!("{} < {newest}", other.unwrap_or_default()),
            "Haz una copia y ejecuta tertulia migrate (iniciar el servidor también lo hace).",
            "Take a backup and run tertulia migrate (starting the server does it too).",
        ),
    }
}

async fn clock(conn: &mut Conn) -> Result<Finding, StoreError> {
    const CHECK: &str = "clock";
    let es = "Corrige el reloj de este equipo (por ejemplo con chrony o systemd-timesyncd).";
    let en = "Set this machine's clock right (with chrony or systemd-timesyncd, for example).";
    let now = SystemClock.now();
    if now < EARLIEST {
        return Ok(Finding::error(CHECK, now.to_rfc3339(), es, en));
    }
    if let Some(latest) = conn.latest_instant().await?.filter(|latest| latest.seconds_since(now) > CLOCK_TOLERANCE) {
        return Ok(Finding::error(
            CHECK,
            format!("{} < {} ({})", now.to_rfc3339(), latest.to_rfc3339(), say::either("lo último guardado", "last thing stored")),
            es,
            en,
        ));
    }
    if let Some(there) = conn.server_time().await?.filter(|there| there.seconds_since(SystemClock.now()).abs() > CLOCK_TOLERANCE) {
        return Ok(Finding::error(CHECK, format!("{} ≠ {} (PostgreSQL)", now.to_rfc3339(), there.to_rfc3339()), es, en));
    }
    Ok(Finding::ok(CHECK, now.to_rfc3339()))
}

async fn administrators(conn: &mut Conn) -> Result<Finding, StoreError> {
    let count = conn.count_active_administrators().await?;
    Ok(if count == 0 {
        Finding::warning(
            "administrators",
            "0",
            "Nadie puede administrar: ejecuta tertulia setup-link y abre el enlace.",
            "Nobody can administer: run tertulia setup-link and open the link.",
        )
    } else {
        Finding::ok("administrators", count.to_string())
    })
}

async fn channels(conn: &mut Conn) -> Result<Vec<Finding>, StoreError> {
    let (healths, quarantined) = (conn.healths().await?, conn.count_quarantined().await?);
    let mut findings = Vec::new();
    for channel in conn.channels().await? {
        let health = healths.iter().find(|health| health.channel_id == channel.id);
        let failing = health.filter(|health| channel.enabled && health.errors > 0);
        let waiting = quarantined.iter().find(|(id, _)| *id == channel.id).map_or(0, |(_, count)| *count);
        let name = format!("{} ({})", channel.name, channel.kind);
        if let Some(health) = failing {
            findings.push(Finding::error(
                "channel",
                format!("{name}: {} × {}", health.errors, health.last_error.as_deref().unwrap_or("?")),
                "Abre el canal en la consola, corrige lo que dice el error y prueba la conexión.",
                "Open the channel in the console, correct what the error says, and check the connection.",
            ));
        }
        if waiting > 0 {
            findings.push(Finding::warning(
                "channel.quarantine",
                format!("{name}: {waiting}"),
                "Hay eventos en cuarentena: míralos en la consola y repítelos o descártalos.",
                "Events wait in quarantine: look at them in the console, and replay or discard them.",
            ));
        }
        if failing.is_none() && waiting == 0 {
            findings.push(Finding::ok("channel", name));
        }
    }
    Ok(findings)
}
