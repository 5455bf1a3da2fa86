//! Push: any other program sends posts to `POST /api/v1/posts`. The channel itself only says how they are taken in.

use async_trait::async_trait;
use serde_json::{Value, json};
use tertulia_app::channel::{
    Account, Bilingual, ChannelError, CheckReport, Connection, Network, SettingField, SettingInput, SettingsError,
};
use tertulia_kernel::caps::Caps;

/// The kind of channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Push;

#[async_trait]
impl Network for Push {
    fn kind(&self) -> &'static str {
        "push"
    }

    fn fields(&self) -> Vec<SettingField> {
        vec![SettingField {
            key: "addressed".into(),
            input: SettingInput::Toggle,
            required: false,
            secret: false,
            default: Some(json!(true)),
            label: Bilingual::new("Conservar todo", "Keep everything"),
            help: Bilingual::new(
                "Sí: todo lo que llega está dirigido a ustedes y se conserva. No: se conserva solo lo que un monitor encuentra.",
                "Yes: everything that arrives is addressed to you and kept. No: only what a monitor matches is kept.",
            ),
        }]
    }

    fn caps(&self) -> Caps {
        Caps::listen_only()
    }

    fn validate(&self, settings: &Value) -> Result<(), SettingsError> {
        match settings.get("addressed") {
            None | Some(Value::Null | Value::Bool(_)) => Ok(()),
            Some(_) => Err(SettingsError(vec![("addressed".into(), Bilingual::new("Elige sí o no.", "Choose yes or no."))])),
        }
    }

    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError> {
        self.validate(&account.settings)?;
        let how = Bilingual::new(
            format!(
                "Envía publicaciones a POST /api/v1/posts con \"channel\": \"{}\" y una llave de acceso con permiso push.",
                account.name
            ),
            format!("Send posts to POST /api/v1/posts with \"channel\": \"{}\" and an access token with the scope push.", account.name),
        );
        Ok(CheckReport { account: None, findings: vec![how] })
    }

    fn open(&self, account: Account) -> Result<Connection, ChannelError> {
        self.validate(&account.settings)?;
        Ok(Connection { source: None, sink: None })
    }
}

#[cfg(test)]
mod tests {
    //! The one setting, and that nothing goes out.
    use super::*;
    use tertulia_kernel::{ChannelId, caps::ReplyRule};

    #[test]
    fn it_only_listens() {
        let account = Account { id: ChannelId(uuid::Uuid::nil()), name: "crm".into(), settings: json!({"addressed": false}) };
        let connection = Push.open(account).expect("opens");
        assert!(connection.source.is_none() && connection.sink.is_none());
        assert_eq!(Push.caps().reply_rule, ReplyRule::Never);
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let SettingsError(wrong) = Push.validate(&json!({"addressed": "yes"})).expect_err("not a toggle");
        assert_eq!(wrong[0].0, "addressed");
    }
}
