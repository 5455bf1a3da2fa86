//! New monitors over a large history: when the first page is there, when all is done, whether the set is right, and what
//! intake feels meanwhile.

use super::{read, workload::Workload};
use crate::say;
use clap::Args;
use serde_json::json;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, Instant},
};
use tertulia_app::{
    Actor, App,
    listening::PostText,
    monitors::{self, Form, history},
    posts::{self, Search},
    query::Query,
    staff::users,
};
use tertulia_kernel::event::Event;
use tertulia_policy::Role;
use tertulia_store::search::{PostFilter, Terms};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Options.
#[derive(Args)]
pub struct HistoryArgs {
    /// A PostgreSQL database; without it a SQLite file is used. One filled before with the same size is used again.
    #[arg(long)]
    postgres: Option<String>,
    /// Folder for the SQLite file.
    #[arg(long, default_value = "bench-data")]
    folder: PathBuf,
    /// Posts stored before.
    #[arg(long, default_value_t = 1_000_000)]
    posts: usize,
}

/// Posts of a case in the filled database.
const POSTS_PER_CASE: usize = 10;
/// Posts of one batch of intake beside a pass.
const BATCH: usize = 50;

pub async fn run(args: HistoryArgs) -> anyhow::Result<()> {
    let app = super::open(args.postgres.as_deref(), &args.folder).await?;
    let filled = app.store.read().await?.newest_case_number().await?;
    read::fill(&app, usize::try_from(filled).unwrap_or(0), args.posts / POSTS_PER_CASE, POSTS_PER_CASE).await?;
    let actor = actor(&app).await?;
    let channel = super::channel(&app, "bench").await?;
    let stopping = CancellationToken::new();
    let service = tokio::spawn(history::run(app.clone(), stopping.clone()));
    // The words the database was filled with: another seed has others.
    let mut workload = Workload::new(read::SEED);
    let quiet = intake(&app, channel, &mut workload, Duration::from_secs(3), None).await?;
    let queries = [
        ("rare", workload.ranked(5_000).to_owned()),
        ("frequent", workload.ranked(40).to_owned()),
        ("commonest", workload.ranked(0).to_owned()),
        ("typical", workload.query()),
        ("near", format!("({} OR {}) NEAR/6 {}", workload.ranked(100), workload.ranked(300), workload.ranked(2))),
        ("no words", "lang:es NOT followers>=1000000".to_owned()),
    ];
    let mut figures = serde_json::Map::new();
    for (name, query) in queries {
        let figure = one(&app, &actor, channel, &mut workload, name, &query).await?;
        tracing::info!(query = name, %figure, "done");
        figures.insert(name.into(), figure);
    }
    stopping.cancel();
    service.await?;
    say::line(
        &json!({"bench": "history", "database": app.store.dialect().name(), "posts": args.posts, "intake_alone_ms": quiet,
            "monitors": figures})
        .to_string(),
    );
    Ok(())
}

/// Somebody who may create monitors.
async fn actor(app: &App) -> anyhow::Result<Actor> {
    const EMAIL: &str = "bench@example.test";
    let known = app.store.read().await?.user_by_email(EMAIL).await?;
    let user = match known {
        Some(user) => user,
        None => {
            let new = users::NewUser {
                email: EMAIL.into(),
                name: "bench".into(),
                role: Role::Supervisor,
                departments: Vec::new(),
                locale: "es".into(),
            };
            users::create(app, new, &Uuid::new_v4().to_string()).await?
        }
    };
    Ok(Actor { id: user.id, name: user.name, role: user.role, departments: user.departments, scopes: None })
}

async fn one(
    app: &App,
    actor: &Actor,
    channel: Uuid,
    workload: &mut Workload,
    name: &str,
    query: &str,
) -> anyhow::Result<serde_json::Value> {
    let title = format!("{name} {}", app.new_id());
    let form = Form { name: title, query: query.to_owned(), enabled: true, folder: None, owner: None, note: None };
    let began = Instant::now();
    let monitor = monitors::create(app, actor, form).await?;
    let id = monitor.row.id;
    let search = || Search { monitor: Some(id.into()), limit: Some(50), ..Search::default() };
    let first_page = loop {
        let page = posts::search(app, actor, search()).await?;
        let ended = history::show(app, actor, id.into()).await?.finished_at.is_some();
        if page.items.len() == 50 || ended {
            break began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let beside = intake(app, channel, workload, Duration::from_secs(600), Some(id)).await?;
    let whole = began.elapsed();
    let pass = history::show(app, actor, id.into()).await?;
    let list = Instant::now();
    posts::search(app, actor, search()).await?;
    let list_ms = list.elapsed().as_secs_f64() * 1_000.0;
    Ok(json!({"query": query, "first_page_ms": first_page.as_millis() as u64, "whole_s": (whole.as_secs_f64() * 100.0).round() / 100.0,
        "looked_at": pass.looked_at, "matched": pass.matched, "set_is_the_streams": same_set(app, id, query).await?,
        "list_page_ms": (list_ms * 100.0).round() / 100.0, "intake_beside_ms": beside}))
}

/// Takes batches in until the pass of a monitor has ended, or for a while; how long each took.
async fn intake(
    app: &App,
    channel: Uuid,
    workload: &mut Workload,
    most: Duration,
    until: Option<Uuid>,
) -> anyhow::Result<serde_json::Value> {
    let began = Instant::now();
    let mut times = Vec::new();
    while began.elapsed() < most {
        let now = app.now();
        let events: Vec<Event> = (0..BATCH)
            .map(|_| {
                let mut post = workload.post(0, 1_000, true, now);
                post.external_id = app.new_id().to_string();
                Event::Post(Box::new(post))
            })
            .collect();
        let batch = Instant::now();
        app.accept(channel.into(), events, Vec::new()).await?;
        times.push(batch.elapsed().as_secs_f64() * 1_000.0);
        if let Some(monitor) = until
            && app.store.read().await?.history(monitor).await?.is_none_or(|pass| pass.finished_at.is_some())
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(read::quantiles(times))
}

/// Whether a monitor's matches are those that looking at every stored post gives.
async fn same_set(app: &App, monitor: Uuid, query: &str) -> anyhow::Result<bool> {
    let query = Query::parse(query, &tertulia_listen::Lists::new()).map_err(|problem| anyhow::anyhow!(problem.message.en))?;
    let mut conn = app.store.read().await?;
    let channels = conn.channels().await?;
    let mut want = BTreeSet::new();
    let mut before = i64::MAX;
    loop {
        let rows = conn.candidates(Terms::Everything, PostFilter::default(), before, 5_000).await?;
        let Some(last) = rows.last() else { break };
        before = last.seq;
        for row in &rows {
            let Some(channel) = channels.iter().find(|channel| channel.id == row.channel_id) else { continue };
            let text = PostText {
                title: row.title.as_deref(),
                text: &row.text,
                author: &row.author_handle,
                lang: row.lang.as_deref(),
                channel: &channel.name,
                channel_kind: &channel.shows_as,
                followers: row.followers.and_then(|count| u64::try_from(count).ok()),
                url: row.url.as_deref(),
                reply: row.in_reply_to.is_some(),
                extras: Some(&row.extras),
            };
            if query.matches(&text) {
                want.insert(row.seq);
            }
        }
    }
    let found = conn.matches_below(monitor, i64::MAX, i64::MAX).await?;
    Ok(found.into_iter().map(|(seq, _)| seq).collect::<BTreeSet<_>>() == want)
}
