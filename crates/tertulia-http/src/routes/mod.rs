//! The routes, one file per noun. To add a noun: a file with `pub fn routes() -> OpenApiRouter<HttpState>`, and a line
//! here. Every operation is described with `#[utoipa::path]`; public ones say `security(())`.

pub mod meta;

use crate::HttpState;
use utoipa_axum::router::OpenApiRouter;

/// All nouns' routes.
pub(crate) fn all() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().merge(meta::routes())
}
