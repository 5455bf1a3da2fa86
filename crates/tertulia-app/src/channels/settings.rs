//! A channel's settings as a person sends them: checked by its network, and secrets kept apart, sealed.

use crate::{
    App, AppError, FieldError, Kind, Result,
    channel::{Network, SettingsError},
    lines::secret_purpose,
};
use serde_json::{Map, Value};
use tertulia_kernel::ChannelId;
use tertulia_store::channel::ChannelRow;

/// Most bytes of all settings together.
const MOST: usize = 64 * 1024;

/// Settings, secrets apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub plain: Map<String, Value>,
    pub secrets: Map<String, Value>,
}

impl Settings {
    /// What is stored of a channel. Secrets sealed with another key are as good as none: a person enters them again.
    pub fn of(app: &App, row: &ChannelRow) -> Self {
        let plain = serde_json::from_str(&row.settings).unwrap_or_default();
        let opened = row.secrets.as_ref().and_then(|sealed| app.sealer.open(&secret_purpose(row.id.into()), sealed).ok());
        let secrets = opened.and_then(|opened| serde_json::from_slice(&opened).ok()).unwrap_or_default();
        Self { plain, secrets }
    }

    /// Reads a form. Of `before`, secrets the form does not name stay (`null` removes one), and so does what is no
    /// setting of the kind (the sample company notes there which network a replay plays).
    pub fn read(network: &dyn Network, sent: &Value, before: Self) -> Result<Self> {
        let Some(sent) = sent.as_object() else {
            return Err(AppError::field("settings", "malformed", "send an object of settings"));
        };
        if serde_json::to_string(sent).is_ok_and(|text| text.len() > MOST) {
            return Err(AppError::field("settings", "too_long", format!("at most {MOST} bytes in all")));
        }
        let unchanged = before.whole();
        let fields = network.fields();
        if let Some(odd) = sent.keys().find(|key| !fields.iter().any(|field| field.key == **key) && !before.plain.contains_key(*key)) {
            return Err(AppError::field(format!("settings.{odd}"), "unknown", "this kind of channel has no such setting"));
        }
        let of_kind = |key: &String| fields.iter().any(|field| field.key == *key);
        let mut settings = Self { plain: before.plain.into_iter().filter(|(key, _)| !of_kind(key)).collect(), secrets: before.secrets };
        settings.secrets.retain(|key, _| of_kind(key));
        for field in &fields {
            let (key, value) = (&field.key, sent.get(&field.key));
            match value {
                None => {}
                Some(Value::Null) if field.secret => drop(settings.secrets.remove(key)),
                Some(Value::String(text)) if field.secret && text.is_empty() => {}
                Some(value) if field.secret => drop(settings.secrets.insert(key.clone(), value.clone())),
                Some(Value::Null) => {}
                Some(value) => drop(settings.plain.insert(key.clone(), value.clone())),
            }
        }
        // Settings that stopped working meanwhile must not stand in the way of stopping the channel.
        if unchanged == Value::Object(Map::new()) || settings.whole() != unchanged {
            network.validate(&settings.whole()).map_err(refused)?;
        }
        Ok(settings)
    }

    /// All together, as a network reads them.
    pub fn whole(&self) -> Value {
        let mut all = self.plain.clone();
        all.extend(self.secrets.clone());
        Value::Object(all)
    }

    /// The secrets, sealed for this channel; `None` when there are none.
    pub fn seal(&self, app: &App, id: ChannelId) -> Option<Vec<u8>> {
        let text = Value::Object(self.secrets.clone()).to_string();
        (!self.secrets.is_empty()).then(|| app.sealer.seal(&secret_purpose(id), text.as_bytes(), app.entropy.as_ref()))
    }
}

/// The network's own words about each wrong setting.
fn refused(SettingsError(wrong): SettingsError) -> AppError {
    let mut error = AppError::new(Kind::Invalid, "invalid", "some settings are wrong");
    for (key, words) in wrong {
        let field = format!("settings.{key}");
        error.spanish.push((field.clone(), words.es));
        error.fields.push(FieldError { field, code: "setting", message: words.en });
    }
    error
}
