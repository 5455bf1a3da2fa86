//! Errors leave as problem documents (RFC 9457), in the caller's language.
//!
//! Handlers return [`Failure`]. It travels as an extension of the response, and the middleware [`speak`] writes the
//! document, because only there the request's `Accept-Language` is known. The same middleware turns what axum and tower
//! refuse by themselves (unknown method, too large, too slow, panic) into problems, so that every error is one.

mod catalogue;

pub use catalogue::Lang;

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use tertulia_api_types::problem::{FieldProblem, Problem};
use tertulia_app::{AppError, FieldError, Kind};

/// A use case's error on its way out.
#[derive(Debug)]
pub struct Failure(pub AppError);

impl<E: Into<AppError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

fn status_of(error: &AppError) -> StatusCode {
    match error.code {
        "malformed_body" | "malformed_query" => StatusCode::BAD_REQUEST,
        "unsupported_media_type" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "method_not_allowed" => StatusCode::METHOD_NOT_ALLOWED,
        "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => match error.kind {
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// What axum or tower refused, by status.
fn error_of(status: StatusCode) -> AppError {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => AppError::new(Kind::Invalid, "method_not_allowed", "this address has no such method"),
        StatusCode::PAYLOAD_TOO_LARGE => AppError::new(Kind::Invalid, "too_large", "the request is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            AppError::new(Kind::Invalid, "unsupported_media_type", "the request's content type is not one this address takes")
        }
        StatusCode::NOT_FOUND => AppError::not_found(),
        StatusCode::SERVICE_UNAVAILABLE => AppError::new(Kind::Unavailable, "unavailable", "the answer took too long; try again"),
        status if status.is_client_error() => AppError::new(Kind::Invalid, "malformed_body", "the request can't be read"),
        _ => AppError::new(Kind::Internal, "internal", "something went wrong here; the log tells more"),
    }
}

/// Middleware that writes problem documents.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let lang = Lang::of(request.headers());
    let method = request.method().clone();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Arc<AppError>>() {
        if error.kind == Kind::Internal {
            tracing::error!(code = error.code, error = ?error, %method, "a request failed");
        }
        return render(&error, lang, response.headers());
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    // A handler's own body (a web page, a problem) stays; a bare refusal of the framework is plain text or nothing.
    let plain = response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if plain { render(&error_of(status), lang, response.headers()) } else { response }
}

/// What to do about an error, where its code is known.
pub fn detail(error: &AppError, lang: Lang) -> Option<&'static str> {
    catalogue::detail(error.code, lang)
}

/// What is wrong with a field, where its code is known.
pub fn field(field: &FieldError, lang: Lang) -> Option<&'static str> {
    catalogue::field(field.code, lang)
}

/// What is wrong with a field: by its code, or in the words the error brought.
fn words(error: &AppError, field: &FieldError, lang: Lang) -> String {
    // A body that is no JSON has no field to name: where it went wrong is all there is to say.
    if field.field.is_empty() {
        return field.message.clone();
    }
    if let Some(known) = catalogue::field(field.code, lang) {
        return known.to_owned();
    }
    let spanish = error.spanish.iter().find(|(name, _)| lang == Lang::Es && *name == field.field);
    spanish.map_or_else(|| field.message.clone(), |(_, words)| words.clone())
}

fn render(error: &AppError, lang: Lang, kept: &HeaderMap) -> Response {
    let status = status_of(error);
    let known = catalogue::detail(error.code, lang).map_or_else(|| error.message.clone(), str::to_owned);
    let place = error.fields.iter().find(|field| field.field.is_empty() && !field.message.is_empty());
    let problem = Problem {
        code: error.code.to_owned(),
        status: status.as_u16(),
        detail: Some(place.map_or_else(|| known.clone(), |place| format!("{known} ({})", place.message))),
        title: known,
        fields: error
            .fields
            .iter()
            .zip(std::iter::once(error.place).chain(std::iter::repeat(None)))
            .map(|(field, place)| FieldProblem {
                field: field.field.clone(),
                code: field.code.to_owned(),
                message: words(error, field, lang),
                start: place.map(|[start, _]| start),
                end: place.map(|[_, end]| end),
            })
            .collect(),
    };
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.as_str()));
    for name in [header::ALLOW, header::SET_COOKIE] {
        if let Some(value) = kept.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    if let Some(seconds) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
