//! Replay: a JSON Lines file of posts goes through the same intake as any network, at real or multiplied speed. For
//! demonstrations, training and tests.
//!
//! A line is a pushed post ([`tertulia_app::push`]) with a few fields more; [`line`] reads it. [`play`] keeps the time.
//! Several channels may play the same file, each its own lines (`only`): they stay in step, because all count from the
//! file's first line.

mod line;
mod play;

pub use line::Form;

use crate::webchat::Stored;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tertulia_app::channel::{
    Account, Bilingual, ChannelError, CheckReport, Connection, Kept, Network, SettingField, SettingInput, SettingsError, Unread,
};
use tertulia_kernel::{
    caps::{Caps, LengthUnit, ReplyRule},
    event::Event,
};

/// The kind of channel. Files are only read from the given folders: whoever may connect channels may not, for that, read
/// the whole machine.
#[derive(Clone, Debug)]
pub struct Replay {
    folders: Vec<PathBuf>,
}

impl Replay {
    /// Allows files under these folders.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// The file of the settings: an absolute path, or one relative to the first folder.
    fn file(&self, path: &str) -> Result<PathBuf, Bilingual> {
        let names: Vec<String> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
        let elsewhere = || {
            Bilingual::new(
                format!("El archivo «{path}» no está en {}.", names.join(", ")),
                format!("The file “{path}” is not in {}.", names.join(", ")),
            )
        };
        let joined = self.folders.first().map_or_else(|| PathBuf::from(path), |folder| folder.join(path));
        let file = joined.canonicalize().map_err(|_| elsewhere())?;
        let inside = |folder: &PathBuf| folder.canonicalize().is_ok_and(|folder| file.starts_with(folder));
        if file.is_file() && self.folders.iter().any(inside) { Ok(file) } else { Err(elsewhere()) }
    }
}

/// How to play, read from settings.
#[derive(Clone, Debug, PartialEq)]
struct Plan {
    /// The file's seconds per real second; 0 for no waiting at all.
    speed: f64,
    /// Play the whole file in so many minutes, whatever `speed` says.
    minutes: Option<f64>,
    /// Where playing begins; what is earlier is taken in at once.
    start: Option<line::Place>,
    /// Date posts as the file does, not as if it happened now.
    keep_dates: bool,
    /// Only lines with this `channel`.
    only: Option<String>,
    reading: line::Reading,
}

impl Plan {
    fn of(settings: &Value) -> Result<Self, SettingsError> {
        let mut wrong = Vec::new();
        let mut number = |key: &str, most: f64| match amount(settings.get(key)) {
            Ok(number) if number.is_none_or(|number| (0.0..=most).contains(&number)) => number,
            _ => {
                wrong.push((
                    key.to_owned(),
                    Bilingual::new(format!("Escribe un número de 0 a {most}."), format!("Write a number from 0 to {most}.")),
                ));
                None
            }
        };
        let speed = number("speed", 100_000.0).unwrap_or(1.0);
        let minutes = number("minutes", 100_000.0).filter(|minutes| *minutes > 0.0);
        let text = |key: &str| settings.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let start = text("start").map(line::Place::read);
        if let Some(None) = start {
            wrong.push((
                "start".into(),
                Bilingual::new(
                    "Escribe HH:MM:SS, o fecha y hora como 2026-11-21T08:00:00Z.",
                    "Write HH:MM:SS, or a date and time like 2026-11-21T08:00:00Z.",
                ),
            ));
        }
        let form = match text("form") {
            None | Some("public") => Form::Public,
            Some("mail") => Form::Mail,
            Some("chat") => Form::Chat,
            Some(_) => {
                wrong.push(("form".into(), Bilingual::new("Elige public, mail o chat.", "Choose public, mail or chat.")));
                Form::Public
            }
        };
        if !wrong.is_empty() {
            return Err(SettingsError(wrong));
        }
        let toggle = |key: &str| settings.get(key).and_then(Value::as_bool).unwrap_or(false);
        Ok(Self {
            speed,
            minutes,
            start: start.flatten(),
            keep_dates: text("dates") == Some("kept"),
            only: text("only").map(str::to_owned),
            reading: line::Reading { form, addressed: toggle("addressed") },
        })
    }
}

/// A number written as a number or as text; `None` when empty.
fn amount(value: Option<&Value>) -> Result<Option<f64>, ()> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => number.as_f64().map(Some).ok_or(()),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| ()),
        Some(_) => Err(()),
    }
}

#[async_trait]
impl Network for Replay {
    fn kind(&self) -> &'static str {
        "replay"
    }

    fn fields(&self) -> Vec<SettingField> {
        let field = |key: &str, input, default: Value, label: (&str, &str), help: (&str, &str)| SettingField {
            key: key.into(),
            input,
            required: key == "path",
            secret: false,
            default: (!default.is_null()).then_some(default),
            label: Bilingual::new(label.0, label.1),
            help: Bilingual::new(help.0, help.1),
        };
        let folder = self.folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
        let path_help = (
            format!("Un archivo JSON Lines en {folder}: una publicación por línea."),
            format!("A JSON Lines file in {folder}: one post a line."),
        );
        vec![
            field("path", SettingInput::Text, Value::Null, ("Archivo", "File"), (&path_help.0, &path_help.1)),
            field(
                "speed",
                SettingInput::Number,
                json!(1),
                ("Velocidad", "Speed"),
                (
                    "1 es la real, 60 pasa una hora en un minuto, 0 no espera nunca.",
                    "1 is real, 60 passes an hour in a minute, 0 never waits.",
                ),
            ),
            field(
                "minutes",
                SettingInput::Number,
                Value::Null,
                ("Minutos en total", "Minutes in all"),
                (
                    "Pasa el archivo entero en estos minutos, en lugar de la velocidad.",
                    "Plays the whole file in so many minutes, in place of the speed.",
                ),
            ),
            field(
                "start",
                SettingInput::Text,
                Value::Null,
                ("Empezar en", "Begin at"),
                (
                    "Hora del archivo (HH:MM:SS o fecha y hora). Lo anterior entra de una vez. Vacío: la primera línea.",
                    "Time in the file (HH:MM:SS or date and time). What is earlier comes in at once. Empty: the first line.",
                ),
            ),
            field(
                "dates",
                SettingInput::Choice(vec!["moved".into(), "kept".into()]),
                json!("moved"),
                ("Fechas", "Dates"),
                ("moved: como si pasara ahora. kept: las del archivo.", "moved: as if it happened now. kept: those of the file."),
            ),
            field(
                "only",
                SettingInput::Text,
                Value::Null,
                ("Solo las líneas de", "Only lines of"),
                ("El valor del campo channel de las líneas. Vacío: todas.", "The value of the lines' field channel. Empty: all."),
            ),
            field(
                "form",
                SettingInput::Choice(vec!["public".into(), "mail".into(), "chat".into()]),
                json!("public"),
                ("Forma", "Form"),
                (
                    "public: publicaciones. mail: correos privados. chat: privado, una conversación por persona.",
                    "public: posts. mail: private mails. chat: private, one conversation a person.",
                ),
            ),
            field(
                "addressed",
                SettingInput::Toggle,
                json!(false),
                ("Conservar todo", "Keep everything"),
                (
                    "Sí: todo está dirigido a ustedes y se conserva. No: solo lo que un monitor encuentra, y lo privado.",
                    "Yes: everything is addressed to you and kept. No: only what a monitor matches, and what is private.",
                ),
            ),
            field(
                "practice",
                SettingInput::Toggle,
                json!(false),
                ("Respuestas de práctica", "Practice answers"),
                (
                    "Sí: se puede responder para practicar; la respuesta queda en el caso y no sale a ningún lado.",
                    "Yes: answering is possible for practice; the answer stays in the case and goes nowhere.",
                ),
            ),
        ]
    }

    fn caps(&self) -> Caps {
        Caps::listen_only()
    }

    fn validate(&self, settings: &Value) -> Result<(), SettingsError> {
        let mut wrong = match Plan::of(settings) {
            Ok(_) => Vec::new(),
            Err(SettingsError(wrong)) => wrong,
        };
        match settings.get("path").and_then(Value::as_str).map(str::trim).filter(|path| !path.is_empty()) {
            None => wrong.insert(0, ("path".into(), Bilingual::new("Escribe el nombre del archivo.", "Write the file's name."))),
            Some(path) => {
                if let Err(why) = self.file(path) {
                    wrong.insert(0, ("path".into(), why));
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(SettingsError(wrong)) }
    }

    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError> {
        self.validate(&account.settings)?;
        let plan = Plan::of(&account.settings)?;
        let span = play::survey(self.settings_file(account)?, plan.only.clone()).await?;
        let findings = vec![Bilingual::new(
            format!("{} líneas legibles; {} que irán a cuarentena.", span.good, span.bad),
            format!("{} readable lines; {} that will go to quarantine.", span.good, span.bad),
        )];
        Ok(CheckReport { account: account.text("path").map(str::to_owned), findings })
    }

    fn open(&self, account: Account) -> Result<Connection, ChannelError> {
        self.validate(&account.settings)?;
        let plan = Plan::of(&account.settings)?;
        let practice = account.settings.get("practice").and_then(Value::as_bool).unwrap_or(false);
        let sink = practice.then(|| Arc::new(Stored(practice_caps(plan.reading.form))) as Arc<dyn tertulia_app::channel::Sink>);
        let source = play::Player::new(self.settings_file(&account)?, plan);
        Ok(Connection { source: Some(Box::new(source)), sink })
    }

    async fn read(&self, account: &Account, kept: &Kept) -> Result<Vec<Event>, Unread> {
        let plan = Plan::of(&account.settings)?;
        play::read_kept(kept, &plan).map_err(|wrong| Unread::Still(wrong.to_string().into()))
    }
}

impl Replay {
    fn settings_file(&self, account: &Account) -> Result<PathBuf, SettingsError> {
        self.file(account.text("path").unwrap_or_default()).map_err(|why| SettingsError(vec![("path".into(), why)]))
    }
}

/// What a practice answer may be: the usual limits of the kind of network the file plays.
fn practice_caps(form: Form) -> Caps {
    Caps {
        max_length: (form == Form::Public).then_some(500),
        length_unit: LengthUnit::Chars,
        public_answers: form == Form::Public,
        private_answers: true,
        reply_rule: ReplyRule::Anyone,
        max_attachments: 4,
        max_attachment_bytes: tertulia_app::webchat::LARGEST_FILE as u64,
        attachment_types: vec!["*/*".into()],
        subject: form == Form::Mail,
        ..Caps::listen_only()
    }
}

/// The file's name, for people and for cursors.
fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}
