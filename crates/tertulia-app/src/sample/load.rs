//! Loading: one transaction writes everything but the day, which then plays.

use super::{
    NOTED, Noted, Status, build,
    build::Names,
    data::{self, Files},
    file, history, may, start, status_of, write_day,
};
use crate::{
    Actor, App, AppError, Kind, Result,
    audit::{self, Object},
    live::{Audience, News},
    monitors, settings,
};
use serde_json::json;
use tertulia_kernel::{DepartmentId, UserId};
use tertulia_policy::Role;
use tertulia_store::{StoreError, Tx, bounded::Listed, department::Department, staff::User};

/// Loads the sample company and plays its day; when it is loaded already, nothing happens. `actor` is `None` for the
/// command line.
pub async fn load(app: &App, actor: Option<&Actor>) -> Result<Status> {
    may(actor)?;
    file(app)?;
    if app.networks.get("replay").is_none() {
        return Err(AppError::new(Kind::Unavailable, "sample_no_folder", "this program has no replay channels"));
    }
    let files = data::files().map_err(|error| AppError::new(Kind::Internal, "internal", error))?;
    write_day(app).await?;
    let mut tx = app.store.begin().await?;
    if settings::sample_loaded(&mut tx).await? {
        return status_of(&mut tx).await;
    }
    let names = furnish(app, &mut tx, &files).await.map_err(busy)?;
    let agents = agents(app, &mut tx, &files, &names).await?;
    history::load(app, &mut tx, &files, &names, &agents).await?;
    tx.set_setting(settings::SAMPLE_LOADED, &true).await?;
    app.touch_listening(&mut tx, &crate::listening::Changed::Everything).await?;
    audit::record(app, &mut tx, actor, "sample.loaded", Object::only("sample"), json!({ "company": files.company.name })).await?;
    let status = status_of(&mut tx).await?;
    tx.commit().await.map_err(|error| busy(error.into()))?;
    app.channels_changed();
    app.live.tell(Audience::Everybody, News::Settings {});
    app.live.tell(Audience::Everybody, News::Reset {});
    Ok(status)
}

/// Whether nobody uses this house yet: it has no user and no channel, and the sample company was never here.
pub async fn may_come_first(app: &App) -> Result<bool> {
    let mut conn = app.store.read().await?;
    let never = conn.setting::<bool>(settings::SAMPLE_LOADED).await?.is_none();
    Ok(never && conn.count_listed(Listed::Users).await? == 0 && conn.count_listed(Listed::Channels).await? == 0)
}

/// Somebody loads it at this moment too, or a channel or monitor has a name of the sample's.
fn busy(error: AppError) -> AppError {
    let unique = error.source.as_ref().and_then(|source| source.downcast_ref::<StoreError>()).is_some_and(StoreError::is_unique);
    if unique { AppError { source: error.source, ..AppError::conflict("sample_name_taken", TAKEN) } } else { error }
}

const TAKEN: &str = "a channel, monitor or ready-made answer of yours has a name of the sample company's: rename it first";

/// Company, departments, channels, monitors, rules, ready-made answers.
async fn furnish(app: &App, tx: &mut Tx, files: &Files) -> Result<Names> {
    let mut names = Names::default();
    let mut noted = Noted { company: name_company(tx, files).await?, ..Noted::default() };
    for wanted in &files.company.departments {
        let known = tx.departments().await?.into_iter().find(|department| department.key == wanted.key);
        let id = match known {
            Some(known) => known.id,
            None => {
                let number = tx.take_numbers("department", 1).await?;
                let id = DepartmentId(app.new_id());
                let (key, name_es, name_en) = (wanted.key.clone(), wanted.name_es.clone(), wanted.name_en.clone());
                tx.insert_department(&Department { id, number, key, name_es, name_en, members: 0, created_at: app.now() }).await?;
                noted.departments.push(id.0);
                id
            }
        };
        names.departments.insert(wanted.key.clone(), id);
    }
    let start = start(&data::day());
    let number = tx.take_numbers("channel", files.company.channels.len() as i64).await?;
    for (channel, number) in files.company.channels.iter().zip(number..) {
        let row = build::channel(app, channel, number, &start);
        tx.insert_channel(&row).await?;
        names.channels.insert(channel.name.clone(), row.id.into());
    }
    let number = tx.take_numbers("monitor", files.monitors.len() as i64).await?;
    for (monitor, number) in files.monitors.iter().zip(number..) {
        let row = build::monitor(app, monitor, number);
        tx.insert_monitor(&row).await?;
        tx.insert_monitor_version(&monitors::version_of(&row, None, None, None)).await?;
        names.monitors.insert(monitor.key.clone(), row.id.into());
    }
    let first = tx.rules().await?.last().map_or(1, |last| last.position + 1);
    for rule in build::rules(app, files, &names, first)? {
        tx.save_rule(&rule).await?;
    }
    let known = tx.canned_answers().await?;
    for canned in &files.canned {
        if !known.iter().any(|row| row.shortcut == canned.shortcut && row.lang.as_ref() == Some(&canned.lang)) {
            tx.save_canned(&build::canned(app, canned)).await?;
        }
    }
    tx.set_setting(NOTED, &noted).await?;
    Ok(names)
}

/// Gives the company the sample's name when nobody chose one; returns what was before.
async fn name_company(tx: &mut Tx, files: &Files) -> Result<Option<settings::Company>> {
    let before = settings::company(tx).await?;
    if before.name != settings::Company::default().name {
        return Ok(None);
    }
    let company = settings::Company { name: files.company.name.clone(), zone: files.company.timezone.clone(), ..before.clone() };
    settings::put_company(tx, &company).await?;
    Ok(Some(before))
}

/// The sample's agents, with the languages they answer in. An address somebody has already is left alone.
async fn agents(app: &App, tx: &mut Tx, files: &Files, names: &Names) -> Result<Vec<(User, Vec<String>)>> {
    let mut agents = Vec::new();
    for agent in &files.company.agents {
        if tx.user_by_email(&agent.email).await?.is_some() {
            continue;
        }
        let mut departments: Vec<DepartmentId> = agent.departments.iter().filter_map(|key| names.departments.get(key).copied()).collect();
        departments.sort_unstable();
        let user = User {
            id: UserId(app.new_id()),
            number: tx.take_numbers("user", 1).await?,
            email: agent.email.clone(),
            name: agent.name.clone(),
            role: Role::parse(&agent.role).unwrap_or(Role::Agent),
            departments,
            locale: agent.locale.clone(),
            theme: "system".into(),
            zone: Some(files.company.timezone.clone()),
            has_password: false,
            // Nobody is there to take a case: an offer to them would only keep it from those who are.
            ready: false,
            last_seen_at: None,
            disabled_at: None,
            sample: true,
            created_at: app.now(),
        };
        tx.insert_user(&user).await?;
        agents.push((user, agent.languages.clone()));
    }
    Ok(agents)
}
