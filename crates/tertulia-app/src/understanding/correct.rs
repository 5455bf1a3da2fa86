//! A person says what a post says: a line in the ledger, new labels in force, and the rules asked again.

use super::{
    follow, known,
    said::{InForce, Task},
    view::{self, Labels},
};
use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    error::again,
    intake,
    live::{Audience, News},
    posts,
};
use serde_json::json;
use tertulia_kernel::PostId;
use tertulia_store::{
    StoreError, Tx,
    case::CaseRow,
    post::{PostRow, StepRow},
    reading::CorrectionRow,
};

/// What a person says about a post; what is absent they say nothing about.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// Its language.
    pub language: Option<String>,
    /// How it feels about the brand.
    pub sentiment: Option<String>,
    /// What it is for, all of it.
    pub types: Option<Vec<String>>,
    /// Whom it talks to.
    pub audience: Option<String>,
}

impl Correction {
    /// As sets of labels by task.
    pub(super) fn read(&self) -> Result<Vec<(Task, i64)>> {
        let one = |word: &Option<String>| word.clone().map(|word| vec![word]);
        let said = [
            (Task::Types, self.types.clone()),
            (Task::Sentiment, one(&self.sentiment)),
            (Task::Language, one(&self.language)),
            (Task::Audience, one(&self.audience)),
        ];
        let (mut wrong, mut read) = (Wrong::default(), Vec::new());
        for (task, names) in said {
            let Some(names) = names else { continue };
            let bits: Option<i64> = names.iter().map(|name| task.bit(name)).try_fold(0, |all, bit| Some(all | bit?));
            match bits {
                Some(bits) if bits != 0 => {
                    let other = super::QUIET;
                    // "None of these" is none of these.
                    let bits = if task == Task::Types && bits != other { bits & !other } else { bits };
                    read.push((task, bits));
                }
                Some(_) => wrong.add(task.as_str(), "required", "say which, or `other`"),
                None => wrong.add(task.as_str(), "unknown", "no such label"),
            }
        }
        wrong.done()?;
        if read.is_empty() {
            return Err(AppError::field("types", "required", "say what is to be corrected"));
        }
        Ok(read)
    }
}

/// Where a person's word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// They saw the post and said so.
    Post,
    /// The queue's random half.
    Random,
    /// The queue's doubtful half.
    Doubtful,
}

impl Source {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Random => "random",
            Self::Doubtful => "doubtful",
        }
    }
}

/// Says what a post the user sees says; returns its labels now.
pub async fn correct(app: &App, actor: &Actor, id: PostId, correction: &Correction) -> Result<Labels> {
    let told = correction.read()?;
    again(|| async {
        let mut tx = app.store.begin().await?;
        let (labels, news) = write(app, actor, &mut tx, id, &told, Source::Post).await?;
        tx.commit().await?;
        tell(app, news);
        Ok(labels)
    })
    .await
}

/// What to tell once committed.
pub(super) type Telling = Vec<(Audience, News)>;

pub(super) fn tell(app: &App, news: Telling) {
    for (audience, news) in news {
        app.live.tell(audience, news);
    }
}

/// The post, locked after its case as intake does, so that neither waits for the other.
async fn lock(actor: &Actor, tx: &mut Tx, id: PostId) -> Result<(PostRow, Option<CaseRow>)> {
    let seen = posts::load(tx, actor, id.0).await?;
    let case = match seen.case_id {
        Some(case) => Some(tx.lock_case(case).await?),
        None => None,
    };
    let post = tx.lock_post(id.0).await?;
    if post.case_id != seen.case_id {
        return Err(StoreError::Raced.into());
    }
    if post.direction != "in" || post.deleted_at.is_some() || post.keep_until.is_some() {
        return Err(AppError::conflict(
            "not_read",
            "only what somebody else wrote and is kept says something: this is ours, deleted or passing",
        ));
    }
    Ok((post, case))
}

/// Whether a post is the one whose labels are its case's.
async fn speaks(tx: &mut Tx, case: Option<&CaseRow>, post: &PostRow) -> Result<bool> {
    let Some(case) = case else { return Ok(false) };
    Ok(tx.readings_of_cases(&[case.id], super::QUIET).await?.iter().any(|(_, reading)| reading.post_id == post.id))
}

/// Writes what a person says of a post, and what follows from it.
pub(super) async fn write(
    app: &App,
    actor: &Actor,
    tx: &mut Tx,
    id: PostId,
    told: &[(Task, i64)],
    source: Source,
) -> Result<(Labels, Telling)> {
    let (mut post, case) = lock(actor, tx, id).await?;
    let (said, doubt, model, mut ledger) = known(app, tx, &post).await?;
    let before = InForce::of(&said, &ledger.iter().collect::<Vec<_>>());
    // Rules are asked about what speaks for the case, before or after: an old post or a bystander's moves nothing.
    let spoke = speaks(tx, case.as_ref(), &post).await?;
    let now = app.now().as_micros();
    let language = told.iter().find(|(task, _)| *task == Task::Language).map_or(before.language, |(_, bits)| *bits);
    let new: Vec<CorrectionRow> = told
        .iter()
        .map(|(task, label)| {
            let (bits, p) = task.said(&said);
            CorrectionRow {
                id: app.new_id(),
                post_id: post.id,
                channel_id: post.channel_id,
                at: now,
                user_id: actor.id.0,
                actor: actor.name.clone(),
                task: task.as_str().into(),
                said: bits,
                said_p: p.into(),
                label: *label,
                model: model.clone(),
                language,
                source: source.as_str().into(),
            }
        })
        .collect();
    tx.save_corrections(&new).await?;
    ledger.extend(new);
    let after = InForce::of(&said, &ledger.iter().collect::<Vec<_>>());
    let row = after.row((post.id, post.seq, post.received_at), &model, doubt, &said);
    tx.save_readings(std::slice::from_ref(&row)).await?;
    let names: serde_json::Map<String, serde_json::Value> = told
        .iter()
        .map(|(task, label)| (task.as_str().to_owned(), json!([task.names(before.of_task(*task)), task.names(*label)])))
        .collect();
    let why = json!({ "by": actor.name, "labels": names, "source": source.as_str() });
    tx.save_steps(&[StepRow { post_id: post.id, at: now, step: "corrected".into(), why: why.to_string() }]).await?;
    audit::record(app, tx, Some(actor), "post.corrected", Object::new("post", post.id), why).await?;
    let mut news = Vec::new();
    let changed = before.facts(said.urgency) != after.facts(said.urgency);
    let mut audience = Audience::Everybody;
    if changed && case.is_none() {
        // What was kept without a case may be a complaint now.
        news.extend(intake::reconsider(app, tx, &mut post, &after.facts(said.urgency)).await?);
        if let Some(case) = post.case_id {
            audience = crate::cases::audience(&tx.case(case).await?);
        }
    }
    if let Some(mut case) = case {
        audience = crate::cases::audience(&case);
        if changed && case.state != "resolved" && (spoke || speaks(tx, Some(&case), &post).await?) {
            follow::rules_again(app, actor, tx, &mut case, &post, &after.facts(said.urgency), &mut news).await?;
        }
        news.push((crate::cases::audience(&case), News::Case { case_id: case.id.into(), number: case.number, opened: false }));
    }
    let post_news = News::Post {
        post_id: post.id.into(),
        case_id: post.case_id.map(Into::into),
        channel_id: Some(post.channel_id.into()),
        conversation_id: post.conversation_id.map(Into::into),
    };
    news.push((audience, post_news));
    Ok((view::labels(&row, &ledger)?, news))
}
