//! The settings of a mail account, read and checked.

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use std::path::PathBuf;
use tertulia_app::channel::{Account, Bilingual, ChannelError, SettingField, SettingInput, SettingsError};

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte.
    Tls,
    /// Plain at first, then TLS, or nothing.
    Starttls,
    /// Not at all; only on this machine.
    Plain,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

/// A mail account.
#[derive(Clone)]
pub(super) struct Settings {
    pub imap: Server,
    pub smtp: Server,
    pub user: String,
    pub password: String,
    pub from_address: String,
    pub from_name: Option<String>,
    pub mailbox: String,
    /// Days of mail taken in when the account is connected for the first time.
    pub history_days: u32,
    ca_file: Option<PathBuf>,
}

impl Settings {
    /// Reads the settings, or says what is wrong with which.
    pub(super) fn read(settings: &Value) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let text = |key: &str| {
            let value = settings.get(key).and_then(Value::as_str).map(str::trim);
            value.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let mut required = |key: &str| {
            text(key).unwrap_or_else(|| {
                wrong.push((key.to_owned(), Bilingual::new("Falta este dato.", "This is needed.")));
                String::new()
            })
        };
        let (imap_host, smtp_host) = (required("imap_host"), required("smtp_host"));
        let (user, password) = (required("user"), required("password"));
        let from_address = required("from_address").to_lowercase();
        if !from_address.is_empty() && from_address.parse::<lettre::Address>().is_err() {
            wrong.push(("from_address".into(), Bilingual::new("No es una dirección de correo.", "Not a mail address.")));
        }
        let imap = server(settings, "imap", imap_host, [993, 143], &mut wrong);
        let smtp = server(settings, "smtp", smtp_host, [465, 587], &mut wrong);
        let mailbox = text("mailbox").unwrap_or_else(|| "INBOX".into());
        if !mailbox.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
            wrong.push((
                "mailbox".into(),
                Bilingual::new(
                    "Escribe el nombre como lo guarda el servidor (IMAP UTF-7), sin tildes.",
                    "Enter the name as the server stores it (IMAP UTF-7), ASCII only.",
                ),
            ));
        }
        let history_days = match settings.get("history_days") {
            None | Some(Value::Null) => Some(1),
            Some(value) => value.as_u64().filter(|days| *days <= 3_650),
        };
        if history_days.is_none() {
            wrong.push(("history_days".into(), Bilingual::new("Un número de días entre 0 y 3650.", "A number of days from 0 to 3650.")));
        }
        let (Some(imap), Some(smtp), true) = (imap, smtp, wrong.is_empty()) else {
            return Err(SettingsError(wrong));
        };
        Ok(Self {
            imap,
            smtp,
            user,
            password,
            from_address,
            from_name: text("from_name"),
            mailbox,
            history_days: history_days.map_or(1, |days| days as u32),
            ca_file: text("ca_file").map(PathBuf::from),
        })
    }

    /// The settings of an account.
    pub(super) fn of(account: &Account) -> Result<Self, ChannelError> {
        Ok(Self::read(&account.settings)?)
    }

    /// The authorities trusted beside the public ones.
    pub(super) fn authorities(&self) -> Result<Vec<CertificateDer<'static>>, ChannelError> {
        let Some(path) = &self.ca_file else {
            return Ok(Vec::new());
        };
        let unreadable = |error: String| {
            ChannelError::Settings(SettingsError(vec![(
                "ca_file".into(),
                Bilingual::new(format!("No se puede leer: {error}"), format!("Can't be read: {error}")),
            )]))
        };
        let certificates: Vec<_> =
            CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|error| unreadable(error.to_string()))?;
        if certificates.is_empty() {
            return Err(unreadable("no certificate".into()));
        }
        Ok(certificates)
    }

    /// TLS towards the SMTP server.
    pub(super) fn smtp_tls(&self) -> Result<TlsParameters, ChannelError> {
        let broken = |error: lettre::transport::smtp::Error| ChannelError::Passing(format!("TLS: {error}"));
        let mut builder = TlsParameters::builder(self.smtp.host.clone());
        for authority in self.authorities()? {
            let certificate = Certificate::from_der(authority.to_vec()).map_err(broken)?;
            builder = builder.add_root_certificate(certificate);
        }
        builder.build_rustls().map_err(broken)
    }
}

fn server(
    settings: &Value,
    kind: &str,
    host: String,
    [tls_port, starttls_port]: [u16; 2],
    wrong: &mut Vec<(String, Bilingual)>,
) -> Option<Server> {
    let (port_key, security_key) = (format!("{kind}_port"), format!("{kind}_security"));
    let security = match settings.get(&security_key).and_then(Value::as_str) {
        None | Some("" | "tls") => Some(Security::Tls),
        Some("starttls") => Some(Security::Starttls),
        Some("plain") => Some(Security::Plain),
        Some(_) => None,
    };
    let Some(security) = security else {
        wrong.push((security_key, Bilingual::new("Elige tls, starttls o plain.", "Choose tls, starttls or plain.")));
        return None;
    };
    if security == Security::Plain && !is_this_machine(&host) {
        wrong.push((
            security_key,
            Bilingual::new(
                "Sin cifrado solo se conecta a esta misma máquina.",
                "Without encryption only this very machine is connected to.",
            ),
        ));
        return None;
    }
    let port = match settings.get(&port_key) {
        None | Some(Value::Null) => Some(if security == Security::Tls { tls_port } else { starttls_port }),
        Some(value) => value.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0),
    };
    match port {
        Some(port) => Some(Server { host, port, security }),
        None => {
            wrong.push((port_key, Bilingual::new("Un puerto entre 1 y 65535.", "A port from 1 to 65535.")));
            None
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The form of an account.
pub(super) fn fields() -> Vec<SettingField> {
    let field = |key: &str, input, required, default, label: [&str; 2], help: [&str; 2]| SettingField {
        key: key.into(),
        secret: matches!(input, SettingInput::Password),
        input,
        required,
        default,
        label: Bilingual::new(label[0], label[1]),
        help: Bilingual::new(help[0], help[1]),
    };
    let security = || SettingInput::Choice(["tls", "starttls", "plain"].map(String::from).into());
    let none = None::<Value>;
    vec![
        field(
            "from_address",
            SettingInput::Text,
            true,
            none.clone(),
            ["Dirección", "Address"],
            ["La dirección de la empresa a la que escriben los clientes.", "The company's address that customers write to."],
        ),
        field(
            "from_name",
            SettingInput::Text,
            false,
            none.clone(),
            ["Nombre del remitente", "Sender's name"],
            ["Lo que ven los clientes junto a la dirección.", "What customers see beside the address."],
        ),
        field(
            "user",
            SettingInput::Text,
            true,
            none.clone(),
            ["Usuario", "User"],
            ["Con el que se entra al servidor; muchas veces es la dirección.", "Used to sign in to the server; often the address."],
        ),
        field(
            "password",
            SettingInput::Password,
            true,
            none.clone(),
            ["Contraseña", "Password"],
            ["Si tu proveedor ofrece contraseñas de aplicación, usa una.", "If your provider offers app passwords, use one."],
        ),
        field(
            "imap_host",
            SettingInput::Text,
            true,
            none.clone(),
            ["Servidor de entrada (IMAP)", "Incoming server (IMAP)"],
            ["Por ejemplo imap.empresa.example.", "For example imap.company.example."],
        ),
        field(
            "imap_port",
            SettingInput::Number,
            false,
            none.clone(),
            ["Puerto IMAP", "IMAP port"],
            ["Vacío: 993 con TLS, 143 sin él.", "Empty: 993 with TLS, 143 without."],
        ),
        field(
            "imap_security",
            security(),
            false,
            Some(json!("tls")),
            ["Cifrado IMAP", "IMAP encryption"],
            ["plain solo sirve para esta misma máquina.", "plain is for this very machine only."],
        ),
        field(
            "smtp_host",
            SettingInput::Text,
            true,
            none.clone(),
            ["Servidor de salida (SMTP)", "Outgoing server (SMTP)"],
            ["Por ejemplo smtp.empresa.example.", "For example smtp.company.example."],
        ),
        field(
            "smtp_port",
            SettingInput::Number,
            false,
            none.clone(),
            ["Puerto SMTP", "SMTP port"],
            ["Vacío: 465 con TLS, 587 sin él.", "Empty: 465 with TLS, 587 without."],
        ),
        field(
            "smtp_security",
            security(),
            false,
            Some(json!("tls")),
            ["Cifrado SMTP", "SMTP encryption"],
            ["plain solo sirve para esta misma máquina.", "plain is for this very machine only."],
        ),
        field(
            "mailbox",
            SettingInput::Text,
            false,
            Some(json!("INBOX")),
            ["Carpeta", "Mailbox"],
            ["La carpeta que se escucha.", "The mailbox that is listened to."],
        ),
        field(
            "history_days",
            SettingInput::Number,
            false,
            Some(json!(1)),
            ["Días de historia", "Days of history"],
            [
                "Cuántos días de correo anterior entran al conectar la cuenta.",
                "How many days of earlier mail come in when the account is connected.",
            ],
        ),
        field(
            "ca_file",
            SettingInput::Text,
            false,
            none,
            ["Autoridad propia", "Private authority"],
            [
                "Ruta de un archivo PEM en el servidor, si los certificados son de una autoridad propia.",
                "Path of a PEM file on the server, if the certificates come from a private authority.",
            ],
        ),
    ]
}

#[cfg(test)]
mod tests {
    //! What people may enter wrongly.
    use super::*;

    fn valid() -> Value {
        json!({
            "imap_host": "imap.alas.example", "smtp_host": "smtp.alas.example", "user": "u", "password": "p",
            "from_address": "Ayuda@Alas.example",
        })
    }

    fn with(changes: Value) -> Result<Settings, Vec<String>> {
        let mut settings = valid();
        for (key, value) in changes.as_object().expect("object") {
            settings[key] = value.clone();
        }
        Settings::read(&settings).map_err(|SettingsError(wrong)| wrong.into_iter().map(|(key, _)| key).collect())
    }

    #[test]
    fn defaults() {
        let settings = with(json!({})).expect("valid");
        assert_eq!((settings.imap.port, settings.smtp.port), (993, 465));
        assert_eq!(settings.from_address, "ayuda@alas.example");
        assert_eq!(settings.mailbox, "INBOX");
        let settings = with(json!({"imap_security": "starttls", "smtp_security": "starttls"})).expect("valid");
        assert_eq!((settings.imap.port, settings.smtp.port), (143, 587));
    }

    #[test]
    fn unencrypted_only_on_this_machine() {
        for host in ["127.0.0.1", "localhost", "::1", "127.9.9.9"] {
            assert!(with(json!({"imap_host": host, "imap_security": "plain"})).is_ok(), "{host}");
        }
        for host in ["10.0.0.1", "localhost.evil.example", "mail"] {
            let wrong = with(json!({"smtp_host": host, "smtp_security": "plain"})).err();
            assert_eq!(wrong, Some(vec!["smtp_security".to_owned()]), "{host}");
        }
    }

    #[test]
    fn every_mistake_is_named() {
        let SettingsError(wrong) = Settings::read(&json!({"imap_port": 99_999})).err().expect("wrong");
        let keys: Vec<_> = wrong.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["imap_host", "smtp_host", "user", "password", "from_address", "imap_port"]);
        assert_eq!(with(json!({"from_address": "nobody"})).err(), Some(vec!["from_address".to_owned()]));
        assert_eq!(with(json!({"mailbox": "a\r\nb"})).err(), Some(vec!["mailbox".to_owned()]));
    }

    #[test]
    fn a_form_has_every_setting_once() {
        let fields = fields();
        assert!(fields.iter().filter(|field| field.secret).all(|field| field.key == "password"));
        let mut keys: Vec<_> = fields.iter().map(|field| &field.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), fields.len());
    }
}
