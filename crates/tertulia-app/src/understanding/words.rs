//! Words that count: the grounds for answering soon and the topics, as this company has them.
//!
//! What people change is kept apart from what came with the program, list by list, so that the rest follows the program.
//! Every process reads posts with the change from its next batch on; what was read before stays as it was read.

use super::{Said, behind::MOST_COUNTED, reader::Asked};
use crate::{
    Actor, App, AppError, Kind, Result, Wrong,
    audit::{self, Object},
    listening::Changed,
    live::{Audience, News},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use tertulia_policy::Permission;
use tertulia_store::Conn;
use tertulia_understand::{
    Grounds,
    grounds::{FactPoints, Shipped},
    lists::{Sheet, check_phrase, tidy},
    urgency::SPAM,
};

pub use tertulia_understand::Language;

const SETTING: &str = "word_lists";
/// Most phrases of a list in one language.
const MOST_PHRASES: usize = 2_000;
/// Most that the phrases of a list may stand for, with all their alternatives.
const MOST_PATTERNS: usize = 50_000;
/// Most lists of the company's own of each sort.
const MOST_OWN: usize = 50;
/// Longest phrase.
const LONGEST: usize = 300;
/// Longest text that is tried out.
const MOST_TRIED: usize = 10_000;
/// Most phrases of a change that the audit ledger names.
const MOST_NAMED: usize = 50;

/// What a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Grounds for answering soon.
    Urgency,
    /// Topics.
    Topic,
}

impl Sort {
    /// The name outside.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Topic => "topic",
        }
    }

    /// Reads it.
    pub fn parse(word: &str) -> Result<Self> {
        [Self::Urgency, Self::Topic].into_iter().find(|sort| sort.as_str() == word).ok_or_else(AppError::not_found)
    }
}

/// Phrases by language.
pub type Phrases = BTreeMap<Language, Vec<String>>;

/// A list as it is in force, beside what came with the program.
#[derive(Clone, Debug)]
pub struct WordList {
    /// What it is for.
    pub sort: Sort,
    /// Its name.
    pub name: String,
    /// It is a fact about post or person: it has points and no words.
    pub fact: bool,
    /// What it counts, per mille.
    pub points: u16,
    /// Its words.
    pub phrases: Phrases,
    /// Points and words that came with the program; none when it is the company's own.
    pub shipped: Option<(u16, Phrases)>,
}

impl WordList {
    /// Whether the company changed it.
    pub fn changed(&self) -> bool {
        self.shipped.as_ref().is_none_or(|(points, phrases)| *points != self.points || *phrases != self.phrases)
    }
}

/// What a list is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// What it counts, per mille.
    pub points: u16,
    /// Its words.
    pub phrases: Phrases,
}

/// What the company changed: by list, what differs from the program's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    urgency: BTreeMap<String, Change>,
    topic: BTreeMap<String, Change>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<u16>,
    /// By language; those that are not named are the program's.
    phrases: Phrases,
}

impl Stored {
    fn of(&self, sort: Sort) -> &BTreeMap<String, Change> {
        match sort {
            Sort::Urgency => &self.urgency,
            Sort::Topic => &self.topic,
        }
    }

    fn of_mut(&mut self, sort: Sort) -> &mut BTreeMap<String, Change> {
        match sort {
            Sort::Urgency => &mut self.urgency,
            Sort::Topic => &mut self.topic,
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "points are from 0 to 1")]
fn per_mille(points: f32) -> u16 {
    (points * 1_000.0).round() as u16
}

fn sheets(sort: Sort) -> &'static [Sheet] {
    match sort {
        Sort::Urgency => &Shipped::get().urgency,
        Sort::Topic => &Shipped::get().topics,
    }
}

/// Every list of a sort, in the program's order, then the company's own by name.
fn lists(stored: &Stored, sort: Sort) -> Vec<WordList> {
    let changes = stored.of(sort);
    let list = |name: &str, fact: bool, points: u16, phrases: Phrases| {
        let mut now = phrases.clone();
        let change = changes.get(name);
        now.extend(change.iter().flat_map(|change| change.phrases.clone()));
        let counts = change.and_then(|change| change.points).unwrap_or(points);
        WordList { sort, name: name.to_owned(), fact, points: counts, phrases: now, shipped: Some((points, phrases)) }
    };
    let mut all: Vec<WordList> =
        sheets(sort).iter().map(|sheet| list(&sheet.name, false, per_mille(sheet.points), sheet.phrases.clone())).collect();
    if sort == Sort::Urgency {
        let mut facts = Shipped::get().facts;
        for name in FactPoints::NAMES {
            let points = facts.of(name).map_or(0, |points| per_mille(*points));
            all.push(list(name, true, points, Phrases::new()));
        }
    }
    for (name, change) in changes {
        if all.iter().all(|list| list.name != *name) {
            let (points, phrases) = (change.points.unwrap_or_default(), change.phrases.clone());
            all.push(WordList { sort, name: name.clone(), fact: false, points, phrases, shipped: None });
        }
    }
    all
}

/// Makes the lists ready to look for. A phrase that is no longer understood is left out, and said aloud.
fn grounds(all: &[WordList]) -> Result<Grounds> {
    let mut facts = FactPoints::default();
    let (mut urgency, mut topics) = (Vec::new(), Vec::new());
    for list in all {
        let points = f32::from(list.points) / 1_000.0;
        if list.fact {
            if let Some(fact) = facts.of(&list.name) {
                *fact = points;
            }
            continue;
        }
        let mut phrases = list.phrases.clone();
        for phrase in phrases.values_mut() {
            phrase.retain(|phrase| match check_phrase(phrase) {
                Ok(_) => true,
                Err(why) => {
                    tracing::error!(list = list.name, why, "this phrase is no longer understood");
                    false
                }
            });
        }
        let sheet = Sheet { name: list.name.clone(), points, phrases };
        match list.sort {
            Sort::Urgency => urgency.push(sheet),
            Sort::Topic => topics.push(Sheet { points: 1.0, ..sheet }),
        }
    }
    Grounds::of(&urgency, &topics, facts).map_err(|error| AppError::new(Kind::Internal, "internal", error.to_string()))
}

fn all(stored: &Stored) -> Vec<WordList> {
    [Sort::Urgency, Sort::Topic].into_iter().flat_map(|sort| lists(stored, sort)).collect()
}

async fn stored(conn: &mut Conn) -> Result<Stored> {
    Ok(conn.setting(SETTING).await?.unwrap_or_default())
}

/// What posts are read with; none where the company changed nothing.
pub(crate) async fn in_force(conn: &mut Conn) -> Result<Option<Arc<Grounds>>> {
    let stored = stored(conn).await?;
    if stored == Stored::default() {
        return Ok(None);
    }
    Ok(Some(Arc::new(ready(all(&stored)).await?)))
}

/// In a thread where it holds nobody up.
async fn ready(all: Vec<WordList>) -> Result<Grounds> {
    let made = tokio::task::spawn_blocking(move || grounds(&all)).await;
    made.map_err(|error| AppError::new(Kind::Internal, "internal", format!("reading the word lists: {error}")))?
}

/// Every list, and how many kept posts still wait to be read (counted up to a million).
pub async fn show(app: &App, actor: &Actor) -> Result<(Vec<WordList>, i64)> {
    actor.must(Permission::EditRules)?;
    let mut conn = app.store.read().await?;
    Ok((all(&stored(&mut conn).await?), conn.count_unread(MOST_COUNTED).await?))
}

/// Saves a list: one of the program's, or one of the company's own.
pub async fn save(app: &App, actor: &Actor, sort: &str, name: &str, form: Form) -> Result<WordList> {
    actor.must(Permission::EditRules)?;
    put(app, actor, Sort::parse(sort)?, name.trim(), Some(form)).await?.ok_or_else(AppError::not_found)
}

/// Gives a list back as it came with the program; one of the company's own goes.
pub async fn restore(app: &App, actor: &Actor, sort: &str, name: &str) -> Result<Option<WordList>> {
    actor.must(Permission::EditRules)?;
    put(app, actor, Sort::parse(sort)?, name, None).await
}

async fn put(app: &App, actor: &Actor, sort: Sort, name: &str, form: Option<Form>) -> Result<Option<WordList>> {
    let mut tx = app.store.begin().await?;
    // Of two who change lists at once the second waits here, and sees what the first did.
    app.touch_listening(&mut tx, &Changed::Words).await?;
    let mut stored = stored(&mut tx).await?;
    let before = lists(&stored, sort).into_iter().find(|list| list.name == name);
    let action = match form {
        Some(form) => {
            let form = checked(&stored, sort, name, before.as_ref(), form)?;
            let change = difference(before.as_ref().and_then(|list| list.shipped.as_ref()), form);
            match change {
                Some(change) => stored.of_mut(sort).insert(name.to_owned(), change),
                None => stored.of_mut(sort).remove(name),
            };
            "words.changed"
        }
        None if before.is_none() => return Err(AppError::not_found()),
        None => {
            stored.of_mut(sort).remove(name);
            "words.restored"
        }
    };
    let after = lists(&stored, sort).into_iter().find(|list| list.name == name);
    tx.set_setting(SETTING, &stored).await?;
    let phrases = |list: &Option<WordList>| list.iter().flat_map(|list| list.phrases.values().flatten().cloned()).collect::<Vec<_>>();
    let (old, new) = (phrases(&before), phrases(&after));
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|phrase| !those.contains(phrase)).take(MOST_NAMED).cloned().collect::<Vec<_>>()
    };
    let points = |list: &Option<WordList>| list.as_ref().map(|list| list.points);
    let detail = json!({ "sort": sort.as_str(), "list": name, "points": [points(&before), points(&after)],
        "added": only(&new, &old), "removed": only(&old, &new) });
    audit::record(app, &mut tx, Some(actor), action, Object::only("words"), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(after)
}

/// What is to be stored of a list: what differs from the program's.
fn difference(shipped: Option<&(u16, Phrases)>, form: Form) -> Option<Change> {
    let Some((points, phrases)) = shipped else { return Some(Change { points: Some(form.points), phrases: form.phrases }) };
    let none = Vec::new();
    let differ = |language: &Language| form.phrases.get(language).unwrap_or(&none) != phrases.get(language).unwrap_or(&none);
    let change = Change {
        points: (form.points != *points).then_some(form.points),
        phrases: Language::UNDERSTOOD
            .into_iter()
            .filter(differ)
            .map(|language| (language, form.phrases.get(&language).cloned().unwrap_or_default()))
            .collect(),
    };
    (change != Change::default()).then_some(change)
}

/// A form as it is kept: blank lines and what stands twice dropped.
fn checked(stored: &Stored, sort: Sort, name: &str, before: Option<&WordList>, form: Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    if before.is_none() {
        wrong.text("name", name, 60);
        let reserved = name == SPAM || name.contains(['/', '[', ']', '\n']);
        wrong.unless(!reserved, "name", "malformed", "this name can't be used");
        let own = lists(stored, sort).iter().filter(|list| list.shipped.is_none()).count();
        wrong.unless(own < MOST_OWN, "name", "too_many", &format!("at most {MOST_OWN} lists of your own"));
    }
    wrong.unless(form.points <= 1_000, "points", "out_of_range", "0 to 1");
    let fact = before.is_some_and(|list| list.fact);
    let (mut phrases, mut patterns) = (Phrases::new(), 0);
    for (language, given) in form.phrases {
        let field = format!("words.{}", language.as_str());
        wrong.unless(Language::UNDERSTOOD.contains(&language), &field, "unknown", "one of es, en, pt");
        let mut kept: Vec<String> = Vec::new();
        for (at, phrase) in given.iter().enumerate().flat_map(|(at, line)| line.split([',', '\n']).map(move |phrase| (at, phrase))) {
            if phrase.chars().count() > LONGEST {
                wrong.add(&format!("{field}.{at}"), "too_long", format!("at most {LONGEST} characters a phrase"));
                continue;
            }
            let phrase = tidy(phrase);
            if phrase.is_empty() || kept.contains(&phrase) {
                continue;
            }
            match check_phrase(&phrase) {
                Err(why) => wrong.add(&format!("{field}.{at}"), "phrase", why),
                Ok(stands_for) => patterns += stands_for,
            }
            kept.push(phrase);
        }
        wrong.unless(kept.len() <= MOST_PHRASES, &field, "too_many", &format!("at most {MOST_PHRASES} phrases"));
        wrong.unless(!fact || kept.is_empty(), &field, "no_words", "this ground has no words");
        if !kept.is_empty() {
            phrases.insert(language, kept);
        }
    }
    wrong.unless(patterns <= MOST_PATTERNS, "words", "too_many", &format!("at most {MOST_PATTERNS} phrases, with all alternatives"));
    wrong.done()?;
    Ok(Form { points: form.points, phrases })
}

/// A text to try the lists on.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// What somebody could write.
    pub text: String,
    /// How many follow them.
    pub followers: u64,
    /// How often they came to us in the last days.
    pub contacts: u32,
    /// A list as it is not saved yet: its sort, its name, what it would be.
    pub draft: Option<(String, String, Form)>,
}

/// What would be said of a text.
pub async fn try_out(app: &App, actor: &Actor, trial: Trial) -> Result<Said> {
    actor.must(Permission::EditRules)?;
    let mut wrong = Wrong::default();
    let text = wrong.text("text", &trial.text, MOST_TRIED);
    wrong.done()?;
    let mut conn = app.store.read().await?;
    let grounds = match trial.draft {
        None => None,
        Some((sort, name, form)) => {
            let (sort, name) = (Sort::parse(&sort)?, name.trim().to_owned());
            let stored = stored(&mut conn).await?;
            let mut every = all(&stored);
            let before = every.iter_mut().find(|list| list.sort == sort && list.name == name);
            let form = checked(&stored, sort, &name, before.as_deref(), form)?;
            match before {
                Some(list) => (list.points, list.phrases) = (form.points, form.phrases),
                None => every.push(WordList { sort, name, fact: false, points: form.points, phrases: form.phrases, shipped: None }),
            }
            Some(Arc::new(ready(every).await?))
        }
    };
    let reader = app.reader(&mut conn).await?;
    drop(conn);
    let context = reader.context(None, None, Some(trial.followers), trial.contacts);
    let reader = match grounds {
        Some(grounds) => reader.with(grounds),
        None => reader,
    };
    let readings = reader.read_on(1, vec![Asked::new(None, &text, context)]).await?;
    readings.first().map(Said::of).ok_or_else(|| AppError::new(Kind::Internal, "internal", "nothing was read"))
}

#[cfg(test)]
mod tests {
    //! What is kept of a change.
    use super::{super::reader::Reader, *};
    use tertulia_understand::Context;

    fn form(points: u16, spanish: &[&str]) -> Form {
        let phrases = spanish.iter().map(|&phrase| phrase.to_owned()).collect();
        Form { points, phrases: Phrases::from([(Language::Spanish, phrases)]) }
    }

    #[test]
    fn only_what_differs_is_kept() {
        let stored = Stored::default();
        let legal = lists(&stored, Sort::Urgency).into_iter().find(|list| list.name == "legal").expect("shipped");
        assert!(!legal.changed());
        let same = Form { points: legal.points, phrases: legal.phrases.clone() };
        let shipped = legal.shipped.as_ref();
        for list in all(&stored) {
            let same = Form { points: list.points, phrases: list.phrases.clone() };
            let same = checked(&stored, list.sort, &list.name, Some(&list), same).expect("right");
            assert_eq!(difference(list.shipped.as_ref(), same), None, "{}", list.name);
        }
        let louder = difference(shipped, Form { points: 900, ..same.clone() }).expect("changed");
        assert_eq!((louder.points, louder.phrases.len()), (Some(900), 0));
        let mut fewer = same;
        fewer.phrases.insert(Language::Spanish, vec!["abogado".into()]);
        let fewer = difference(shipped, fewer).expect("changed");
        assert_eq!((fewer.points, fewer.phrases.len()), (None, 1), "the other languages follow the program");
        let stored = Stored { urgency: [("legal".into(), fewer)].into(), ..Stored::default() };
        let legal = lists(&stored, Sort::Urgency).into_iter().find(|list| list.name == "legal").expect("there");
        assert!(legal.changed() && legal.phrases[&Language::Spanish] == ["abogado"] && legal.phrases[&Language::English].len() > 1);
    }

    #[test]
    fn a_form_is_tidied_and_what_is_wrong_is_named() {
        let stored = Stored::default();
        let tidy =
            checked(&stored, Sort::Urgency, "prensa", None, form(300, &["  periodista ", "diario,  radio  local", "", "periodista"]));
        assert_eq!(tidy.expect("right").phrases[&Language::Spanish], ["periodista", "diario", "radio local"]);
        let codes = |name: &str, form: Form| {
            let before = lists(&stored, Sort::Urgency).into_iter().find(|list| list.name == name);
            let error = checked(&stored, Sort::Urgency, name, before.as_ref(), form).expect_err("wrong");
            error.fields.into_iter().map(|field| (field.field, field.code)).collect::<Vec<_>>()
        };
        assert_eq!(
            codes("a/b", form(1_001, &["ab*"])),
            [("name".to_owned(), "malformed"), ("points".to_owned(), "out_of_range"), ("words.es.0".to_owned(), "phrase")]
        );
        assert_eq!(codes("reach", form(100, &["famoso"])), [("words.es".to_owned(), "no_words")]);
        let deep = "{a|b|c|d|e|f|g|h|i|j} {a|b|c|d|e|f|g|h|i|j} {a|b|c|d|e|f|g|h|i|j}";
        let many: Vec<String> = (0..60).map(|n| format!("{deep} w{}", "x".repeat(n))).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(codes("prensa", form(100, &many)), [("words".to_owned(), "too_many")]);
    }

    #[test]
    fn points_and_words_of_the_company_are_what_is_looked_for() {
        let mut stored = Stored::default();
        stored.urgency.insert("reach".into(), Change { points: Some(0), ..Change::default() });
        stored.urgency.insert("prensa".into(), Change { points: Some(700), phrases: form(0, &["periodista"]).phrases });
        stored.topic.insert("seguros".into(), Change { points: Some(0), phrases: form(0, &["seguro de viaje"]).phrases });
        let grounds = grounds(&all(&stored)).expect("right");
        let context = Context { followers: 1_000_000, ..Context::default() };
        let reader = Reader::default().with(Arc::new(grounds));
        let reading = reader.read_one(Asked::new(None, "Soy periodista, ¿qué cubre el seguro de viaje?", context));
        let names: Vec<&str> = reading.urgency.reasons.iter().map(|ground| ground.name.as_str()).collect();
        assert!(names.contains(&"prensa") && !names.contains(&"reach"), "{names:?}");
        assert!(reading.topics.contains(&"seguros".to_owned()), "{:?}", reading.topics);
        assert!(all(&Stored::default()).iter().all(|list| !list.changed()));
    }
}
