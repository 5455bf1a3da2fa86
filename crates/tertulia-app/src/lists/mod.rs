//! Shared lists: words that many queries use by a name, as `list:brands`. Everybody may read them, because everybody may
//! search; who may edit monitors may create, change and delete them.
//!
//! A changed list is a changed query of every monitor and rule that names it: they are read again, and those monitors
//! pass over history, in the transaction of the change. What is in use keeps its name and is not deleted.

mod read;

pub use read::named;
pub(crate) use read::{all, held, names_in};

use crate::{
    Actor, App, AppError, FieldError, Kind, Result, Wrong,
    audit::{self, Object},
    listening::Changed,
    live::{Audience, News},
    monitors::{self, MonitorBrief, history},
    page,
    query::{Query, QueryProblem},
};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use tertulia_care::rules::Conditions;
use tertulia_kernel::{UserId, text::fold};
use tertulia_listen::{ListError, Lists};
use tertulia_policy::Permission;
use tertulia_store::{
    Conn, StoreError, Tx,
    bounded::Listed,
    list::ListRow,
    monitor::{MonitorRow, RuleRow},
    slow::SlowQuery,
};
use uuid::Uuid;

/// Most lists: they are shown whole.
const MOST: i64 = 500;
/// Longest name, in characters.
const LONGEST_NAME: usize = 60;
/// Most words of one list.
const MOST_WORDS: usize = 5_000;
/// Longest word, in characters.
const LONGEST_WORD: usize = 200;
/// Monitors and rules named in an error.
const NAMED: usize = 5;

/// A list with what people see beside it.
#[derive(Clone, Debug)]
pub struct ListView {
    /// The row.
    pub row: ListRow,
    /// How a query names it: `list:brands`.
    pub term: String,
    /// Name of its owner.
    pub owner: Option<String>,
    /// Monitors that use it, by number.
    pub monitors: Vec<MonitorBrief>,
    /// Rules that use it, in order.
    pub rules: Vec<(Uuid, String)>,
}

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Unique name.
    pub name: String,
    /// Words, phrases, tags, handles.
    pub words: Vec<String>,
    /// Owner; as it is when absent, the author of a new one.
    pub owner: Option<UserId>,
}

/// All lists, by name.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<ListView>> {
    let mut conn = app.store.read().await?;
    let rows = conn.lists().await?;
    views(&mut conn, rows).await
}

/// One list.
pub async fn show(app: &App, _: &Actor, id: Uuid) -> Result<ListView> {
    let mut conn = app.store.read().await?;
    let row = conn.list(id).await?;
    view(&mut conn, row).await
}

/// Creates a list.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<ListView> {
    actor.must(Permission::EditMonitors)?;
    let form = read_form(form)?;
    let now = app.now().as_micros();
    let mut tx = app.store.begin().await?;
    page::room(&mut tx, Listed::Lists, MOST).await?;
    let row = ListRow {
        id: app.new_id(),
        name_key: fold(&form.name),
        name: form.name,
        words: form.words.join("\n"),
        owner_id: Some(monitors::owner(&mut tx, form.owner.unwrap_or(actor.id)).await?),
        created_at: now,
        updated_at: now,
    };
    tx.insert_list(&row).await.map_err(taken)?;
    let detail = json!({ "name": row.name, "words": form.words.len() });
    audit::record(app, &mut tx, Some(actor), "list.created", Object::new("list", row.id), detail).await?;
    finish(app, tx, row).await
}

/// Changes a list. With other words, what uses it is read again and its monitors pass over history.
pub async fn change(app: &App, actor: &Actor, id: Uuid, form: Form) -> Result<ListView> {
    actor.must(Permission::EditMonitors)?;
    let form = read_form(form)?;
    let mut tx = app.store.begin().await?;
    let before = tx.lock_list(id).await?;
    let row = ListRow {
        name_key: fold(&form.name),
        name: form.name,
        words: form.words.join("\n"),
        owner_id: match form.owner {
            None => before.owner_id,
            Some(id) => Some(monitors::owner(&mut tx, id).await?),
        },
        updated_at: app.now().as_micros(),
        ..before.clone()
    };
    let used = Used::by(&mut tx, &before.name_key).await?;
    if row.name_key != before.name_key {
        used.refuse()?;
    }
    tx.update_list(&row).await.map_err(taken)?;
    if row.words != before.words {
        used.read_again(app, &mut tx).await?;
    }
    let (added, removed) = difference(&before.words, &row.words);
    let detail = json!({ "name": [before.name, row.name], "added": added, "removed": removed,
        "owner": [before.owner_id, row.owner_id], "monitors": used.monitors.len(), "rules": used.rules.len() });
    audit::record(app, &mut tx, Some(actor), "list.changed", Object::new("list", id), detail).await?;
    finish(app, tx, row).await
}

/// Deletes a list nothing uses.
pub async fn delete(app: &App, actor: &Actor, id: Uuid) -> Result<()> {
    actor.must(Permission::EditMonitors)?;
    let mut tx = app.store.begin().await?;
    let row = tx.lock_list(id).await?;
    Used::by(&mut tx, &row.name_key).await?.refuse()?;
    tx.delete_list(id).await?;
    let detail = json!({ "name": row.name, "words": row.words.lines().collect::<Vec<_>>() });
    audit::record(app, &mut tx, Some(actor), "list.deleted", Object::new("list", id), detail).await?;
    app.touch_listening(&mut tx, &Changed::List(row.name_key)).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(())
}

/// Ends a save: the other processes, the passes over history, the consoles.
async fn finish(app: &App, mut tx: Tx, row: ListRow) -> Result<ListView> {
    let changed = Changed::List(row.name_key.clone());
    let view = view(&mut tx, row).await?;
    // Last, because intake waits for whoever holds it.
    app.touch_listening(&mut tx, &changed).await?;
    tx.commit().await?;
    app.history_wake.notify_one();
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(view)
}

/// What uses a list.
#[derive(Default)]
struct Used {
    monitors: Vec<MonitorRow>,
    rules: Vec<(RuleRow, String)>,
}

impl Used {
    async fn by(conn: &mut Conn, key: &str) -> Result<Self> {
        let mut monitors = conn.monitors_that_may_name_lists().await?;
        monitors.retain(|row| read::names_in(&row.query).iter().any(|name| name == key));
        let mut rules = rules_with_query(conn).await?;
        rules.retain(|(_, query)| read::names_in(query).iter().any(|name| name == key));
        Ok(Self { monitors, rules })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().map(|(rule, _)| rule.name.as_str());
        self.monitors.iter().map(|monitor| monitor.name.as_str()).chain(rules)
    }

    /// An error that says what uses it, when something does.
    fn refuse(&self) -> Result<()> {
        let all = self.names().count();
        if all == 0 {
            return Ok(());
        }
        let mut named = self.names().take(NAMED).collect::<Vec<_>>().join(", ");
        if all > NAMED {
            named.push('…');
        }
        let english = format!("Used by {named} ({all} in all): take it out of their queries first.");
        let spanish = format!("La usan {named} ({all} en total): quítala primero de sus consultas.");
        Err(about_field(AppError::conflict("in_use", english.clone()), "name", "used_by", english, spanish))
    }

    /// Has every monitor pass over history, and refuses words that one of the queries can't be read with.
    async fn read_again(&self, app: &App, tx: &mut Tx) -> Result<()> {
        let queries = self.monitors.iter().map(|row| (row.name.as_str(), row.query.as_str()));
        let queries: Vec<_> = queries.chain(self.rules.iter().map(|(rule, query)| (rule.name.as_str(), query.as_str()))).collect();
        let lists = named(tx, queries.iter().map(|(_, query)| *query)).await?;
        for (name, query) in queries {
            if let Err(problem) = Query::parse(query, &lists) {
                return Err(no_longer_read(name, &problem));
            }
        }
        // Other words may be decided in time.
        let monitors = self.monitors.iter().map(|row| SlowQuery::Monitor(row.id));
        for query in monitors.chain(self.rules.iter().map(|(row, _)| SlowQuery::Rule(row.id))) {
            tx.forget_slow(query).await?;
        }
        for monitor in self.monitors.iter().filter(|monitor| monitor.enabled) {
            history::queue(app, tx, monitor).await?;
        }
        Ok(())
    }
}

/// Rules that ask for words, with their queries.
async fn rules_with_query(conn: &mut Conn) -> Result<Vec<(RuleRow, String)>> {
    let query = |rule: &RuleRow| serde_json::from_str::<Conditions>(&rule.conditions).ok().and_then(|conditions| conditions.query);
    Ok(conn.rules().await?.into_iter().filter_map(|rule| query(&rule).map(|query| (rule, query))).collect())
}

async fn view(conn: &mut Conn, row: ListRow) -> Result<ListView> {
    views(conn, vec![row]).await?.into_iter().next().ok_or_else(AppError::not_found)
}

async fn views(conn: &mut Conn, rows: Vec<ListRow>) -> Result<Vec<ListView>> {
    let mut monitors: HashMap<String, Vec<MonitorBrief>> = HashMap::new();
    let mut rules: HashMap<String, Vec<(Uuid, String)>> = HashMap::new();
    for monitor in conn.monitors_that_may_name_lists().await? {
        for key in read::names_in(&monitor.query) {
            monitors.entry(key).or_default().push(monitor.clone().into());
        }
    }
    for (rule, query) in rules_with_query(conn).await? {
        for key in read::names_in(&query) {
            rules.entry(key).or_default().push((rule.id, rule.name.clone()));
        }
    }
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let owner = match row.owner_id {
            None => None,
            Some(id) => conn.user_name(id).await?,
        };
        let (monitors, rules) = (monitors.remove(&row.name_key).unwrap_or_default(), rules.remove(&row.name_key).unwrap_or_default());
        views.push(ListView { term: term_of(&row.name), owner, monitors, rules, row });
    }
    Ok(views)
}

/// How a query names a list: in quotation marks when the name has blanks.
fn term_of(name: &str) -> String {
    let bare = format!("list:{name}");
    let quoted = format!("list:\"{name}\"");
    if read::names_in(&bare) == [fold(name)] { bare } else { quoted }
}

fn read_form(form: Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    let name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = wrong.text("name", &name, LONGEST_NAME);
    // Every name is one that a query can name.
    let nameable = name.is_empty() || read::names_in(&format!("list:\"{name}\"")) == [fold(&name)];
    wrong.unless(nameable, "name", "malformed", "letters and digits, without quotation marks");
    let mut known = HashSet::new();
    let words = form.words.iter().flat_map(|word| word.lines()).map(str::trim).filter(|word| !word.is_empty());
    let words: Vec<String> = words.filter(|word| known.insert(*word)).map(str::to_owned).collect();
    wrong.unless(!words.is_empty(), "words", "required", "write at least one word");
    wrong.unless(words.len() <= MOST_WORDS, "words", "too_many", "at most 5000 words");
    let short = words.iter().all(|word| word.chars().count() <= LONGEST_WORD);
    wrong.unless(short, "words", "too_long", "at most 200 characters each");
    wrong.done()?;
    match Lists::new().add(&name, &words) {
        Ok(()) => Ok(Form { name, words, ..form }),
        Err(ListError::Empty) => Err(AppError::field("words", "required", "write at least one word")),
        Err(ListError::Term { index, error }) => {
            let word = words.get(index).map_or("", String::as_str);
            let problem = QueryProblem::from(error);
            let english = format!("“{word}”: {}. {}", problem.message.en, problem.hint.en);
            let spanish = format!("«{word}»: {}. {}", problem.message.es, problem.hint.es);
            let error = AppError::new(Kind::Invalid, "invalid", english.clone());
            Err(about_field(error, "words", "invalid_word", english, spanish))
        }
    }
}

/// An error about one field, in both languages.
fn about_field(error: AppError, field: &str, code: &'static str, english: String, spanish: String) -> AppError {
    let fields = vec![FieldError { field: field.to_owned(), code, message: english }];
    AppError { fields, spanish: vec![(field.to_owned(), spanish)], ..error }
}

fn no_longer_read(name: &str, problem: &QueryProblem) -> AppError {
    let english = format!("With these words “{name}” can't be read any more: {}. {}", problem.message.en, problem.hint.en);
    let spanish = format!("Con estas palabras «{name}» ya no se entiende: {}. {}", problem.message.es, problem.hint.es);
    let error = AppError::new(Kind::Invalid, "invalid", english.clone());
    about_field(error, "words", "used_by", english, spanish)
}

/// Words that came, and words that went.
fn difference<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (old, new): (HashSet<&str>, HashSet<&str>) = (before.lines().collect(), after.lines().collect());
    (after.lines().filter(|word| !old.contains(word)).collect(), before.lines().filter(|word| !new.contains(word)).collect())
}

fn taken(error: StoreError) -> AppError {
    if error.is_unique() { AppError::field("name", "taken", "another list has this name") } else { error.into() }
}
