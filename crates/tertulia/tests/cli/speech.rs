//! The program speaks the language of the person who runs it, and leaves nothing that others can read.

use super::support::House;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

#[test]
fn what_is_refused_is_told_in_the_persons_language() {
    let house = House::new().with("LC_ALL", "es_CO.UTF-8");
    let backup = house.path("copia.db");
    let name = backup.to_str().expect("UTF-8");
    house.run(&["restore", name]).fails_with("no existe el archivo");
    fs::write(&backup, "x").expect("written");
    house.run(&["backup", name]).fails_with("ya existe; elige otro nombre");
    let create = |more: &[&str]| {
        let all = [&["user", "create", "--role", "agent", "--password-stdin"], more].concat();
        house.run_with(&all, "corta\n")
    };
    create(&["--email", "ana@company.test", "--department", "nada"]).fails_with("no existe el departamento 'nada'");
    let refused = create(&["--email", "ana@company.test"]);
    assert!(refused.err.contains("Corrige los campos marcados.") && refused.err.contains("Usa al menos 10 caracteres."), "{refused:?}");
    house.run(&["token", "create", "--user", "nadie@company.test", "--name", "t", "--scopes", "read"]).fails_with("No existe.");
    house.run(&["--config", "/nada.toml", "migrate"]).fails_with("no existe el archivo de configuración /nada.toml");
}

fn open_to_others(folder: &Path) -> Vec<String> {
    let mut open = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.metadata().expect("its mode").permissions().mode() & 0o077 != 0 {
            open.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    open
}

#[test]
fn nobody_else_reads_what_the_program_writes_even_in_an_open_folder() {
    let house = House::new();
    fs::create_dir_all(house.data()).expect("a folder");
    fs::set_permissions(house.data(), fs::Permissions::from_mode(0o755)).expect("as systemd makes it");
    let server = house.serve();
    house.create_user("ana@company.test", "administrator").ok();
    assert!(house.data().join("tertulia.db-wal").exists(), "the server holds the database open");
    assert_eq!(open_to_others(&house.data()), Vec::<String>::new());
    assert_eq!(server.stop(), Some(0));
    let folder = house.path("copies");
    fs::create_dir(&folder).expect("a folder");
    house.run(&["backup", folder.join("copy.db").to_str().expect("UTF-8")]).ok();
    let left: Vec<_> = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["copy.db"], "nothing but the backup is left");
    assert_eq!(open_to_others(&folder), Vec::<String>::new());
}
