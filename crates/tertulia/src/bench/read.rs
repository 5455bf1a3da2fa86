//! The inbox's page and search, over a database as large as a company's after years.

use super::workload::{Random, Workload};
use crate::say;
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, time::Instant};
use tertulia_app::{
    Actor, App,
    cases::{self, FolderName},
    staff::users::{self, NewUser},
};
use tertulia_kernel::{DepartmentId, UserId};
use tertulia_policy::Role;
use tertulia_store::{
    case::CaseRow,
    conversation::ConversationRow,
    extras::Extras,
    person::{IdentityRow, NewPerson, PersonRow},
    post::{NewPost, PostRow},
};
use uuid::Uuid;

/// Options.
#[derive(Args)]
pub struct ReadArgs {
    /// A PostgreSQL database; without it a SQLite file is used. One filled before with the same sizes is used again.
    #[arg(long)]
    postgres: Option<String>,
    /// Folder for the SQLite file.
    #[arg(long, default_value = "bench-data")]
    folder: PathBuf,
    /// Cases.
    #[arg(long, default_value_t = 1_000_000)]
    cases: usize,
    /// Posts per case.
    #[arg(long, default_value_t = 10)]
    posts_per_case: usize,
    /// Times each page and search is asked for.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
}

/// Seed of the words an empty database is filled with; another seed has other words.
pub(super) const SEED: u64 = 11;

pub async fn run(args: ReadArgs) -> anyhow::Result<()> {
    let app = super::open(args.postgres.as_deref(), &args.folder).await?;
    let filled = app.store.read().await?.newest_case_number().await?;
    let began = Instant::now();
    fill(&app, usize::try_from(filled).unwrap_or(0), args.cases, args.posts_per_case).await?;
    let fill_seconds = began.elapsed().as_secs_f64();
    let department = app.store.read().await?.department_ids().await?[0];
    let boss =
        Actor { id: UserId(Uuid::from_u128(1)), name: "bench".into(), role: Role::Supervisor, departments: Vec::new(), scopes: None };
    let agent = an_agent(&app, department.into()).await?;
    let mut workload = Workload::new(99);
    let mut figures = serde_json::Map::new();
    for (name, who, folder) in [
        ("inbox_all", &boss, FolderName::All),
        ("inbox_unassigned", &boss, FolderName::Unassigned),
        ("inbox_department_as_agent", &agent, FolderName::Department(department.into())),
        ("inbox_all_as_agent", &agent, FolderName::All),
        ("inbox_done", &boss, FolderName::Done),
    ] {
        let mut times = Vec::new();
        let mut after = None;
        for _ in 0..args.rounds {
            let one = Instant::now();
            let (_, next) = cases::list(&app, who, folder, after, 50).await?;
            times.push(one.elapsed().as_secs_f64() * 1_000.0);
            // Every page is another one: the first, then deeper and deeper.
            after = next;
        }
        figures.insert(name.into(), quantiles(times));
    }
    let mut times = Vec::new();
    let mut random = Random::new(5);
    for _ in 0..args.rounds {
        let mut words = workload.word().to_owned();
        if random.below(2) == 0 {
            words = format!("{words} {}", workload.word());
        }
        let one = Instant::now();
        cases::search(&app, &boss, &words, None, 50).await?;
        times.push(one.elapsed().as_secs_f64() * 1_000.0);
    }
    figures.insert("search".into(), quantiles(times));
    let mut times = Vec::new();
    for _ in 0..args.rounds.min(50) {
        let one = Instant::now();
        cases::counts(&app, &boss).await?;
        times.push(one.elapsed().as_secs_f64() * 1_000.0);
    }
    figures.insert("counts".into(), quantiles(times));
    say::line(
        &json!({"bench": "read", "database": app.store.dialect().name(), "cases": args.cases, "posts": args.cases * args.posts_per_case,
            "fill_seconds": fill_seconds.round(), "milliseconds": figures})
        .to_string(),
    );
    Ok(())
}

/// An agent of one department: sees that part of the cases and those without one.
async fn an_agent(app: &App, department: DepartmentId) -> anyhow::Result<Actor> {
    const EMAIL: &str = "bench@tertulia.invalid";
    let known = app.store.read().await?.user_by_email(EMAIL).await?;
    let user = match known {
        Some(user) => user,
        None => {
            let new = NewUser {
                email: EMAIL.into(),
                name: "bench".into(),
                role: Role::Agent,
                departments: vec![department],
                locale: "en".into(),
            };
            users::create(app, new, &Uuid::new_v4().to_string()).await?
        }
    };
    Ok(Actor { id: user.id, name: user.name, role: Role::Agent, departments: user.departments, scopes: None })
}

pub(super) fn quantiles(mut times: Vec<f64>) -> serde_json::Value {
    times.sort_by(f64::total_cmp);
    let at =
        |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    let round = |ms: f64| (ms * 100.0).round() / 100.0;
    json!({"p50": round(at(0.5)), "p95": round(at(0.95)), "max": round(at(1.0))})
}

/// Fills the database up to the size asked for, some thousand posts a transaction.
pub(super) async fn fill(app: &App, filled: usize, all: usize, posts_per_case: usize) -> anyhow::Result<()> {
    const CASES: usize = 1_000;
    let mut workload = Workload::new(SEED + filled as u64);
    let channel = super::channel(app, "bench").await?;
    let departments = app.store.read().await?.department_ids().await?;
    let mut done = filled;
    while done < all {
        let count = CASES.min(all - done);
        let mut tx = app.store.begin().await?;
        let (person_number, case_number) = (tx.take_numbers("person", count as i64).await?, tx.take_numbers("case", count as i64).await?);
        let (mut people, mut identities, mut cases, mut conversations, mut posts) = (vec![], vec![], vec![], vec![], vec![]);
        for n in 0..count {
            let number = done + n;
            let now = 1_700_000_000_000_000 + number as i64 * 1_000_000;
            let (person, identity, case, conversation) = (app.new_id(), app.new_id(), app.new_id(), app.new_id());
            let name = format!("Persona {number}");
            people.push(NewPerson {
                folded: format!("persona {number}"),
                row: PersonRow {
                    id: person,
                    number: person_number + n as i64,
                    name: name.clone(),
                    kind: "other".into(),
                    note: None,
                    vip: false,
                    created_at: now,
                },
                sample: false,
            });
            identities.push(IdentityRow {
                id: identity,
                person_id: person,
                provider: "push".into(),
                scope: "bench".into(),
                external_id: format!("b{number}"),
                handle: format!("persona{number}"),
                name: Some(name),
                url: None,
                avatar_url: None,
                followers: Some(10),
                created_at: now,
                updated_at: now,
            });
            // A tenth is open, the rest is done, as in any inbox after a while.
            let open = number.is_multiple_of(10);
            cases.push(case_row(case, case_number + n as i64, person, channel, departments[number % departments.len()], open, now));
            conversations.push(ConversationRow {
                id: conversation,
                channel_id: channel,
                thread: format!("b{number}"),
                visibility: "public".into(),
                person_id: Some(person),
                case_id: Some(case),
                continues: None,
                created_at: now,
            });
            for p in 0..posts_per_case {
                let text = workload.post(0, 1, true, tertulia_kernel::Timestamp::from_micros(now)).text;
                posts.push(new_post(app.new_id(), channel, format!("b{number}-{p}"), conversation, case, identity, text, now));
            }
        }
        tx.insert_people(&people).await?;
        tx.insert_identities(&identities).await?;
        tx.insert_cases(&cases).await?;
        tx.insert_conversations(&conversations).await?;
        let inserted = tx.insert_posts(&posts).await?;
        let tokens: std::collections::HashMap<Uuid, &str> = posts.iter().map(|post| (post.row.id, post.tokens.as_str())).collect();
        let index: Vec<(i64, &str)> = inserted.iter().map(|(seq, id)| (*seq, tokens[id])).collect();
        tx.index_posts(&index).await?;
        tx.commit().await?;
        done += count;
        if done.is_multiple_of(50_000) {
            tracing::info!(cases = done, "filled");
        }
    }
    Ok(())
}

fn case_row(id: Uuid, number: i64, person: Uuid, channel: Uuid, department: Uuid, open: bool, at: i64) -> CaseRow {
    CaseRow {
        id,
        number,
        person_id: person,
        subject: None,
        excerpt: "perdió mi maleta y nadie responde".into(),
        channel_id: channel,
        private: false,
        state: if open { "open" } else { "resolved" }.into(),
        priority: "normal".into(),
        department_id: Some(department),
        assignee_id: None,
        reserved_by: None,
        reserved_until: None,
        snoozed_until: None,
        tags: "[]".into(),
        reason: Some("bench".into()),
        why: "{}".into(),
        waiting_since: open.then_some(at),
        opened_at: at,
        activity_at: at,
        inbound_at: Some(at),
        resolved_at: (!open).then_some(at),
        sample: false,
    }
}

#[allow(clippy::too_many_arguments, reason = "one row of a fixture")]
fn new_post(
    id: Uuid,
    channel: Uuid,
    external_id: String,
    conversation: Uuid,
    case: Uuid,
    identity: Uuid,
    text: String,
    at: i64,
) -> NewPost {
    NewPost {
        tokens: tertulia_kernel::text::search_terms(&text),
        row: PostRow {
            seq: 0,
            id,
            channel_id: channel,
            external_id,
            kind: "message".into(),
            conversation_id: Some(conversation),
            case_id: Some(case),
            direction: "in".into(),
            visibility: "public".into(),
            identity_id: Some(identity),
            author_external_id: None,
            user_id: None,
            author_name: "Persona".into(),
            author_handle: "persona".into(),
            followers: Some(10),
            title: None,
            text,
            quoted: None,
            url: None,
            lang: Some("es".into()),
            in_reply_to: None,
            occurred_at: at,
            received_at: at,
            revised_at: None,
            deleted_at: None,
            keep_until: None,
            extras: Extras::default(),
        },
    }
}
