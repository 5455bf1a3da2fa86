//! The data folder: who may read it, the key, the room left on its disk.

use super::Finding;
use crate::{
    config::Config,
    data::{self, KEY_VARIABLE},
    say,
};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// Below this the server may stop at any moment.
const DISK_ERROR: u64 = 200 << 20;
/// Below this somebody should make room.
const DISK_WARNING: u64 = 2 << 30;

pub fn look(config: &Config) -> Vec<Finding> {
    let folder = &config.data;
    if !folder.is_dir() {
        return vec![Finding::error(
            "data",
            format!("{} {}", folder.display(), say::either("no existe", "does not exist")),
            "Revisa --data (o TERTULIA_DATA), o inicia el servidor una vez para crearla.",
            "Check --data (or TERTULIA_DATA), or start the server once to create it.",
        )];
    }
    vec![privacy(folder), key(config), disk(folder)]
}

fn open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

fn privacy(folder: &Path) -> Finding {
    let shown = folder.display().to_string();
    if open_to_others(folder) {
        Finding::warning(
            "data.privacy",
            shown,
            "Otros usuarios de este equipo pueden leer la carpeta: chmod 700.",
            "Other users of this machine can read the folder: chmod 700.",
        )
    } else {
        Finding::ok("data.privacy", shown)
    }
}

fn key(config: &Config) -> Finding {
    const CHECK: &str = "data.key";
    let lost_es = "Restáurala desde su copia; sin ella hay que volver a escribir los secretos de los canales.";
    let lost_en = "Restore it from its backup; without it the channels' secrets must be entered again.";
    if let Ok(text) = std::env::var(KEY_VARIABLE) {
        return match data::read_key(&text) {
            Some(_) => Finding::ok(CHECK, KEY_VARIABLE),
            None => Finding::error(CHECK, KEY_VARIABLE, "Debe ser 32 bytes en base64.", "It must be 32 bytes in base64."),
        };
    }
    let file = data::key_file(config);
    let shown = file.display().to_string();
    match fs::read_to_string(&file) {
        Ok(text) if data::read_key(&text).is_none() => Finding::error(CHECK, shown, lost_es, lost_en),
        Ok(_) if open_to_others(&file) => {
            Finding::warning(CHECK, shown, "Otros pueden leer la llave: chmod 600.", "Others can read the key: chmod 600.")
        }
        Ok(_) => Finding::ok(CHECK, shown),
        Err(error) => Finding::error(CHECK, format!("{shown}: {error}"), lost_es, lost_en),
    }
}

fn disk(folder: &Path) -> Finding {
    const CHECK: &str = "disk";
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            return Finding::error(CHECK, error.to_string(), "Revisa el disco de la carpeta de datos.", "Check the data folder's disk.");
        }
    };
    let found = format!("{} MiB {}", free >> 20, say::either("libres", "free"));
    let es = "Libera espacio o mueve la carpeta de datos a un disco mayor.";
    let en = "Make room, or move the data folder to a larger disk.";
    match free {
        _ if free < DISK_ERROR => Finding::error(CHECK, found, es, en),
        _ if free < DISK_WARNING => Finding::warning(CHECK, found, es, en),
        _ => Finding::ok(CHECK, found),
    }
}
