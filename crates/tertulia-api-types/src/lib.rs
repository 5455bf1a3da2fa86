//! Request and response types of the HTTP API, described with `utoipa` so that the OpenAPI document and the typed
//! client come from them.
//!
//! **Never here:** behaviour. Ids are UUID strings, instants RFC 3339 in UTC with milliseconds, enums snake case.
//! A page is `{items, next}`; `next` is passed back as `after` and is absent on the last page.

pub mod cases;
pub mod channels;
pub mod chat;
pub mod labels;
pub mod lists;
pub mod live;
pub mod monitors;
pub mod people;
pub mod posts;
pub mod problem;
pub mod rules;
pub mod session;
pub mod settings;
pub mod staff;
pub mod words;
