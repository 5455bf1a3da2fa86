//! The review queue: posts for people to look at, by turns one drawn by chance from all of the last days and the one the
//! model knows least of. Only who sees every case reviews: what is drawn from a part says nothing about the whole.
//!
//! Chance draws from everything, whatever was drawn for being doubtful, and shows no labels before the person said theirs. What is
//! passed over is drawn once more, for somebody else; what nobody answers is counted and told.

use super::{
    correct::{Correction, Source, tell, write},
    said::Task,
    view::Labels,
};
use crate::{Actor, App, AppError, Result, error::again, posts, view::PostView};
use tertulia_kernel::PostId;
use tertulia_policy::Permission;
use tertulia_store::{StoreError, review::ReviewRow};

/// From how far back posts are drawn.
pub const DAYS: i64 = 7;
/// A draw nobody answered for so long is given to somebody else, so that the hard ones do not drop out of the sample.
const STALE_MINUTES: i64 = 60;

/// What there is to review.
#[derive(Clone, Debug)]
pub struct Next {
    /// The post; none when all were drawn. One drawn by chance comes without its labels: who has seen them says the same more easily.
    pub post: Option<PostView>,
    /// It was drawn by chance.
    pub random: bool,
    /// Posts of the last days that chance draws from.
    pub left: i64,
    /// Reviews answered in the last days.
    pub done: i64,
    /// Posts drawn by chance in the last days that were passed over and nobody answered.
    pub passed: i64,
}

/// Draws the next post for the user, or gives the one they have not answered yet.
pub async fn next(app: &App, actor: &Actor) -> Result<Next> {
    actor.must(Permission::SeeAllCases)?;
    let drawn = again(|| draw(app, actor)).await?;
    let since = since(app);
    let mut conn = app.store.read().await?;
    let mut post = match &drawn {
        Some(drawn) => {
            let row = conn.post(drawn.post_id).await?;
            crate::view::post_views(app, &mut conn, vec![row]).await?.pop()
        }
        None => None,
    };
    let random = drawn.is_some_and(|drawn| drawn.random);
    if let Some(post) = post.as_mut().filter(|_| random) {
        post.labels = None;
    }
    let counts = conn.count_reviews(since).await?;
    let left = conn.count_reviewable(since, actor.id.0).await?;
    Ok(Next { post, random, left, done: counts.answered, passed: counts.passed })
}

fn since(app: &App) -> i64 {
    app.now().plus_seconds(-DAYS * 86_400).as_micros()
}

/// What is drawn is looked for before anything is locked; another who drew the same meanwhile is found by the write alone.
async fn draw(app: &App, actor: &Actor) -> Result<Option<ReviewRow>> {
    let now = app.now();
    let mut conn = app.store.read().await?;
    if let Some(open) = conn.open_review(actor.id.0, now.plus_seconds(-STALE_MINUTES * 60).as_micros()).await? {
        drop(conn);
        let row = ReviewRow { user_id: actor.id.0, drawn_at: now.as_micros(), ..open };
        let mut tx = app.store.begin().await?;
        return if tx.take_review(&row).await? { tx.commit().await.map(|()| Some(row)).map_err(Into::into) } else { Err(raced()) };
    }
    let since = since(app);
    let by_chance = conn.last_draw().await? != Some(true);
    let doubtful = if by_chance { None } else { conn.most_doubtful(since).await? };
    let (post, random) = match doubtful {
        Some(post) => (Some(post), false),
        None => {
            let there = conn.count_reviewable(since, actor.id.0).await?;
            (conn.reviewable_at(since, actor.id.0, below(app, there)).await?, true)
        }
    };
    drop(conn);
    let Some(post_id) = post else { return Ok(None) };
    let row = ReviewRow { post_id, user_id: actor.id.0, random, drawn_at: now.as_micros(), done_at: None, passed: 0 };
    let mut tx = app.store.begin().await?;
    if !tx.insert_review(&row).await? {
        return Err(raced());
    }
    tx.commit().await?;
    Ok(Some(row))
}

fn raced() -> AppError {
    StoreError::Raced.into()
}

/// A number from 0 to below `most`, each as likely.
#[allow(clippy::cast_possible_truncation, reason = "below an i64")]
fn below(app: &App, most: i64) -> i64 {
    let mut bytes = [0; 16];
    app.entropy.fill(&mut bytes);
    // 128 bits over at most 63: what is uneven about the remainder is beyond measure.
    (u128::from_le_bytes(bytes) % u128::from(most.max(1).unsigned_abs())) as i64
}

/// Answers a draw: the whole of what the post says, confirmed or corrected; nothing when the user passes it over. Returns its labels,
/// with what the model had said.
pub async fn answer(app: &App, actor: &Actor, id: PostId, correction: Option<&Correction>) -> Result<Option<Labels>> {
    actor.must(Permission::SeeAllCases)?;
    let told = correction.map(Correction::read).transpose()?;
    if let Some(told) = &told {
        for task in [Task::Types, Task::Sentiment, Task::Language] {
            if !told.iter().any(|(said, _)| *said == task) {
                return Err(AppError::field(task.as_str(), "required", "a review says the whole of it"));
            }
        }
    }
    again(|| async {
        let mut tx = app.store.begin().await?;
        posts::load(&mut tx, actor, id.0).await?;
        // Once: of two tabs, or of one who took it over and one who came back, the first counts.
        let ended = tx.end_review(id.0, actor.id.0, app.now().as_micros(), told.is_some()).await?;
        let review = ended.ok_or_else(AppError::not_found)?;
        let source = if review.random { Source::Random } else { Source::Doubtful };
        let (labels, news) = match &told {
            Some(told) => {
                let (labels, news) = write(app, actor, &mut tx, id, told, source).await?;
                (Some(labels), news)
            }
            None => (None, Vec::new()),
        };
        tx.commit().await?;
        tell(app, news);
        Ok(labels)
    })
    .await
}
