//! Settings of the company and of what may go out.

use crate::{
    Actor, App, Result, Wrong,
    audit::{self, Object},
    live::{Audience, News},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tertulia_policy::Permission;
use tertulia_store::Conn;
use tertulia_understand::{Language, Languages};

const COMPANY: &str = "company";
const SEND_POLICY: &str = "send_policy";
/// Whether the sample company is loaded (`true` while it is).
pub const SAMPLE_LOADED: &str = "sample_loaded";

/// Settings of the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Company {
    /// Name.
    pub name: String,
    /// IANA time zone.
    pub zone: String,
    /// Offer cases to ready agents by themselves.
    pub offers: bool,
    /// Seconds an offer stands.
    pub offer_seconds: u32,
    /// Seconds an answer waits before it leaves.
    pub undo_seconds: u32,
    /// Days within which a new message reopens a resolved case.
    pub reopen_days: u32,
    /// Codes of the languages its customers write in; a post in none of them is in another language.
    pub languages: Vec<String>,
}

impl Default for Company {
    fn default() -> Self {
        Self {
            name: "Tertulia".into(),
            zone: "America/Bogota".into(),
            offers: true,
            offer_seconds: 45,
            undo_seconds: 5,
            reopen_days: 7,
            languages: Language::UNDERSTOOD.map(|language| language.as_str().to_owned()).into(),
        }
    }
}

impl Company {
    /// The languages its customers write in.
    pub fn listened(&self) -> Languages {
        Languages::of(self.languages.iter().filter_map(|code| code.parse().ok()))
    }
}

/// What no outgoing text may contain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SendPolicy {
    /// Words and phrases in the listening language, one each.
    pub forbidden: Vec<String>,
}

/// The company's settings, on a connection or transaction at hand.
pub async fn company(conn: &mut Conn) -> Result<Company> {
    Ok(conn.setting(COMPANY).await?.unwrap_or_default())
}

/// The send policy, on a connection or transaction at hand.
pub async fn send_policy(conn: &mut Conn) -> Result<SendPolicy> {
    Ok(conn.setting(SEND_POLICY).await?.unwrap_or_default())
}

/// Whether the sample company is loaded.
pub async fn sample_loaded(conn: &mut Conn) -> Result<bool> {
    Ok(conn.setting(SAMPLE_LOADED).await?.unwrap_or_default())
}

/// Saves the company's settings as they are, in a transaction at hand.
pub(crate) async fn put_company(conn: &mut Conn, company: &Company) -> Result<()> {
    Ok(conn.set_setting(COMPANY, company).await?)
}

/// Saves the company's settings.
pub async fn set_company(app: &App, actor: &Actor, mut company: Company) -> Result<Company> {
    actor.must(Permission::ManageCompany)?;
    let mut wrong = Wrong::default();
    company.name = wrong.text("name", &company.name, 100);
    wrong.zone("zone", &company.zone);
    wrong.unless((10..=600).contains(&company.offer_seconds), "offer_seconds", "out_of_range", "10 to 600 seconds");
    wrong.unless(company.undo_seconds <= 60, "undo_seconds", "out_of_range", "at most 60 seconds");
    wrong.unless(company.reopen_days <= 365, "reopen_days", "out_of_range", "at most 365 days");
    let listened = company.listened();
    let understood = |code: &String| code.parse().is_ok_and(|language| listened.contains(language));
    let some = !company.languages.is_empty() && company.languages.iter().all(understood);
    wrong.unless(some, "languages", "unknown", "one or more of es, en, pt");
    company.languages = Language::UNDERSTOOD.iter().filter(|l| listened.contains(**l)).map(|l| l.as_str().to_owned()).collect();
    wrong.done()?;
    let mut tx = app.store.begin().await?;
    tx.set_setting(COMPANY, &company).await?;
    audit::record(app, &mut tx, Some(actor), "settings.changed", Object::only(COMPANY), json!(company)).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(company)
}

/// Saves the send policy; blank lines are dropped.
pub async fn set_send_policy(app: &App, actor: &Actor, policy: SendPolicy) -> Result<SendPolicy> {
    actor.must(Permission::ManageCompany)?;
    let forbidden: Vec<String> = policy.forbidden.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    let mut wrong = Wrong::default();
    wrong.unless(forbidden.len() <= 1_000, "forbidden", "too_long", "at most 1000 phrases");
    for (at, phrase) in forbidden.iter().enumerate() {
        wrong.unless(phrase.chars().count() <= 500, &format!("forbidden.{at}"), "too_long", "at most 500 characters");
    }
    wrong.done()?;
    let policy = SendPolicy { forbidden };
    let mut tx = app.store.begin().await?;
    tx.set_setting(SEND_POLICY, &policy).await?;
    audit::record(app, &mut tx, Some(actor), "settings.changed", Object::only(SEND_POLICY), json!(policy)).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(policy)
}
