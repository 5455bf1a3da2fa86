//! The review queue: posts for people to look at, by turns one drawn by chance from all of the last days and the one the
//! model knows least of. Only who sees every case reviews: what is drawn from a part says nothing about the whole.

use super::{
    correct::{Correction, Source, tell, write},
    said::Task,
};
use crate::{Actor, App, AppError, Result, error::again, posts, view::PostView};
use tertulia_kernel::PostId;
use tertulia_policy::Permission;
use tertulia_store::{Tx, review::ReviewRow};
use uuid::Uuid;

/// From how far back posts are drawn.
pub const DAYS: i64 = 7;
/// A draw nobody answered for so long is given to somebody else, so that the hard ones do not drop out of the sample.
const STALE_MINUTES: i64 = 60;

/// What there is to review.
#[derive(Clone, Debug)]
pub struct Next {
    /// The post; none when all were drawn.
    pub post: Option<PostView>,
    /// Posts of the last days that nobody has drawn yet.
    pub left: i64,
    /// Reviews of the last days.
    pub done: i64,
}

/// Draws the next post for the user, or gives the one they have not answered yet.
pub async fn next(app: &App, actor: &Actor) -> Result<Next> {
    actor.must(Permission::SeeAllCases)?;
    let drawn = again(|| async {
        let mut tx = app.store.begin().await?;
        let drawn = draw(app, actor, &mut tx).await?;
        tx.commit().await?;
        Ok(drawn)
    })
    .await?;
    let since = since(app);
    let mut conn = app.store.read().await?;
    let post = match drawn {
        Some(id) => {
            let row = conn.post(id).await?;
            crate::view::post_views(app, &mut conn, vec![row]).await?.pop()
        }
        None => None,
    };
    Ok(Next { post, left: conn.count_reviewable(since).await?, done: conn.count_reviews(since).await?.0 })
}

fn since(app: &App) -> i64 {
    app.now().plus_seconds(-DAYS * 86_400).as_micros()
}

async fn draw(app: &App, actor: &Actor, tx: &mut Tx) -> Result<Option<Uuid>> {
    let now = app.now();
    if let Some(open) = tx.open_review(actor.id.0, now.plus_seconds(-STALE_MINUTES * 60).as_micros()).await? {
        tx.update_review(&ReviewRow { user_id: actor.id.0, drawn_at: now.as_micros(), ..open }).await?;
        return Ok(Some(open.post_id));
    }
    let since = since(app);
    let by_chance = tx.last_draw().await? != Some(true);
    let doubtful = if by_chance { None } else { tx.most_doubtful(since).await? };
    let (post, random) = match doubtful {
        Some(post) => (Some(post), false),
        None => {
            let there = tx.count_reviewable(since).await?;
            (tx.reviewable_at(since, below(app, there)).await?, true)
        }
    };
    if let Some(post_id) = post {
        tx.insert_review(&ReviewRow { post_id, user_id: actor.id.0, random, drawn_at: now.as_micros(), done_at: None }).await?;
    }
    Ok(post)
}

/// A number from 0 to below `most`, each as likely.
#[allow(clippy::cast_possible_truncation, reason = "below an i64")]
fn below(app: &App, most: i64) -> i64 {
    let mut bytes = [0; 16];
    app.entropy.fill(&mut bytes);
    // 128 bits over at most 63: what is uneven about the remainder is beyond measure.
    (u128::from_le_bytes(bytes) % u128::from(most.max(1).unsigned_abs())) as i64
}

/// Answers a draw: the whole of what the post says, confirmed or corrected; nothing when the user passes it over.
pub async fn answer(app: &App, actor: &Actor, id: PostId, correction: Option<&Correction>) -> Result<()> {
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
        let review = tx.end_review(id.0, actor.id.0, app.now().as_micros()).await?.ok_or_else(AppError::not_found)?;
        let source = if review.random { Source::Random } else { Source::Doubtful };
        let news = match &told {
            Some(told) => write(app, actor, &mut tx, id, told, source).await?.1,
            None => Vec::new(),
        };
        tx.commit().await?;
        tell(app, news);
        Ok(())
    })
    .await
}
