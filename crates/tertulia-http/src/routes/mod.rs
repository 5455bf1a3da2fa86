//! The routes, one file per noun. To add a noun: a file with `pub fn routes() -> OpenApiRouter<HttpState>`, and a line
//! here. Every operation is described with `#[utoipa::path]`; public ones say `security(())`.

pub mod answers;
pub mod audit;
pub mod canned;
pub mod cases;
pub mod channels;
pub mod chat;
pub mod departments;
pub mod files;
pub mod labels;
mod learning;
pub mod lists;
pub mod live;
pub mod me;
pub mod meta;
pub mod monitor_matches;
pub mod monitor_versions;
pub mod monitors;
pub mod notices;
pub mod offers;
pub mod people;
pub mod posts;
pub mod posts_push;
pub mod queries;
pub mod rules;
pub mod sample;
pub mod session;
pub mod settings;
pub mod setup;
pub mod tokens;
pub mod users;
pub mod words;

use crate::HttpState;
use utoipa_axum::router::OpenApiRouter;

/// Where POST brings a large body: sending it may take long.
pub(crate) const WITH_LARGE_BODY: [&str; 3] = ["/api/v1/posts", "/api/v1/uploads", "/chat/{channel}/files"];

/// All nouns' routes.
pub(crate) fn all() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .merge(meta::routes())
        .merge(session::routes())
        .merge(setup::routes())
        .merge(me::routes())
        .merge(users::routes())
        .merge(departments::routes())
        .merge(tokens::routes())
        .merge(audit::routes())
        .merge(settings::routes())
        .merge(cases::routes())
        .merge(answers::routes())
        .merge(offers::routes())
        .merge(live::routes())
        .merge(chat::routes())
        .merge(posts_push::routes())
        .merge(posts::routes())
        .merge(labels::routes())
        .merge(words::routes())
        .merge(monitors::routes())
        .merge(monitor_versions::routes())
        .merge(monitor_matches::routes())
        .merge(queries::routes())
        .merge(lists::routes())
        .merge(rules::routes())
        .merge(people::routes())
        .merge(canned::routes())
        .merge(notices::routes())
        .merge(files::routes())
        .merge(channels::routes())
        .merge(sample::routes())
}
