//! What handlers take: who acts, bodies, parameters. Everything they refuse is a problem document.

use crate::{Failure, HttpState, problem::Lang};
use axum::{
    extract::{ConnectInfo, FromRequest, FromRequestParts, MatchedPath, Request, rejection::JsonRejection},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};
use tertulia_app::{
    Actor, AppError, FieldError, Kind,
    staff::sessions::{self, Credential},
};
use tertulia_policy::Scope;

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "tertulia_session";
/// Console requests that change something carry it: a page of another site can't make a browser send it.
pub const CSRF_HEADER: &str = "x-tertulia";

/// The signed-in user. A session may what its user may; a token needs the scope its request's method asks for: `read`
/// for GET, `push` to push posts, `write` for all else.
#[derive(Clone, Debug)]
pub struct Signed(pub Actor);

fn scope_of(method: &Method, route: Option<&str>) -> Scope {
    match *method {
        Method::GET | Method::HEAD => Scope::Read,
        Method::POST if route == Some("/api/v1/posts") => Scope::Push,
        _ => Scope::Write,
    }
}

impl FromRequestParts<HttpState> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, Failure> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let secret = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(AppError::unauthenticated)?;
            let actor = sessions::actor_of_token(&state.app, secret.trim()).await?;
            let route = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
            actor.must_scope(scope_of(&parts.method, route))?;
            return Ok(Self(actor));
        }
        let secret = session_secret(&parts.headers).ok_or_else(AppError::unauthenticated)?;
        let actor = sessions::actor_of_session(&state.app, secret).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) && parts.headers.get(CSRF_HEADER).is_none_or(|value| value != "1") {
            return Err(AppError::new(Kind::Forbidden, "csrf", "the header X-Tertulia: 1 is missing").into());
        }
        Ok(Self(actor))
    }
}

/// What a signed-in request showed, to ask later whether it still holds. `None` where nobody is signed in.
pub fn credential(headers: &HeaderMap) -> Option<Credential> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok()?.strip_prefix("Bearer ").map(|secret| Credential::token(secret.trim())),
        None => session_secret(headers).map(Credential::session),
    }
}

/// The session's secret in a request's cookies.
pub fn session_secret(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(SESSION_COOKIE)?.strip_prefix('='))
}

/// The language the caller prefers.
#[derive(Clone, Copy, Debug)]
pub struct LangOf(pub Lang);

impl<S: Send + Sync> FromRequestParts<S> for LangOf {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Lang::of(&parts.headers)))
    }
}

/// The caller's network address; `None` where the server was not told (tests without a socket).
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

impl FromRequestParts<HttpState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, Infallible> {
        // The last entry is the one our own proxy wrote; the others are what the client claims.
        let forwarded =
            || parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Self(if state.options.behind_proxy { forwarded().or(direct) } else { direct }))
    }
}

/// A JSON body, in and out.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refused_body(&rejection).into()),
        }
    }
}

fn refused_body(rejection: &JsonRejection) -> AppError {
    refused_status(rejection.status(), rejection.body_text())
}

fn refused_status(status: StatusCode, message: String) -> AppError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::new(Kind::Invalid, "too_large", "the request is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            AppError::new(Kind::Invalid, "unsupported_media_type", "send JSON with Content-Type: application/json")
        }
        _ => {
            let field = FieldError { field: String::new(), code: "malformed", message };
            AppError {
                fields: vec![field],
                ..AppError::new(Kind::Invalid, "malformed_body", "the body is not the JSON this address takes")
            }
        }
    }
}

/// The bytes of a body that says it is JSON, for what is read piece by piece.
pub async fn json_body(request: Request) -> Result<Bytes, AppError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" {
        return Err(refused_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, String::new()));
    }
    Bytes::from_request(request, &()).await.map_err(|rejection| refused_status(rejection.status(), rejection.body_text()))
}

/// Reads JSON, keeping what can be borrowed.
pub fn read_json<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, AppError> {
    serde_json::from_slice(body).map_err(|error| refused_status(StatusCode::BAD_REQUEST, error.to_string()))
}

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

/// Parameters after `?`.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let field = FieldError { field: String::new(), code: "malformed", message: rejection.body_text() };
                let error = AppError::new(Kind::Invalid, "malformed_query", "the address's parameters can't be understood");
                Err(AppError { fields: vec![field], ..error }.into())
            }
        }
    }
}

/// Parameters within the path. One that can't be read names nothing that exists: 404.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(AppError::not_found().into()),
        }
    }
}
