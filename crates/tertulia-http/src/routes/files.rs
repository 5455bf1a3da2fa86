//! Files: uploading them, reading those that came or went.
//!
//! Whatever somebody sent us is served from our own address, so a browser must never run it: only what really is a
//! picture, sound or video is shown in place, everything else is saved, and all of it in a sandbox without scripts.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
};
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, Multipart, State, multipart::MultipartError},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use tertulia_api_types::{cases::Upload, problem::Problem};
use tertulia_app::{
    App, AppError, Kind,
    files::{self, LARGEST, Shown},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Room for the form around the file.
const FORM: usize = 64 * 1024;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(LARGEST + FORM)).routes(routes!(read))
}

/// An upload's form.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; the fields are read one by one")]
struct UploadForm {
    /// The file, at most 25 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a file to send it with an answer. One that is not sent within a day goes.
#[utoipa::path(post, path = "/api/v1/uploads", operation_id = "upload_file", tag = "cases",
    request_body(content = inline(UploadForm), content_type = "multipart/form-data"),
    responses((status = 201, body = Upload), (status = 401, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn upload(State(app): State<App>, Signed(actor): Signed, mut form: Multipart) -> Result<(StatusCode, Json<Upload>)> {
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        let (name, mime) = (field.file_name().map(str::to_owned), field.content_type().map(str::to_owned));
        let mut content = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(unreadable)? {
            if content.len() + piece.len() > LARGEST {
                return Err(files::too_large().into());
            }
            content.extend_from_slice(&piece);
        }
        let row = files::upload(&app, &actor, name, mime.as_deref(), content).await?;
        return Ok((StatusCode::CREATED, Json(Upload { attachment: present::attachment(row) })));
    }
    Err(AppError::field("file", "required", "send the file in the form's field 'file'").into())
}

fn unreadable(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => files::too_large(),
        _ => AppError::new(Kind::Invalid, "malformed_body", "the form can't be read"),
    }
}

/// A file's content.
#[utoipa::path(get, path = "/api/v1/attachments/{id}", operation_id = "get_attachment", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn read(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Response> {
    let file = files::read(&app, &actor, id.into()).await?;
    let (mime, place) = match file.shown {
        Shown::Inline(mime) => (mime, "inline"),
        Shown::Saved => ("application/octet-stream", "attachment"),
    };
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, mime);
    set(header::CONTENT_DISPOSITION, &disposition(place, file.row.name.as_deref()));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // A file never changes, but who may see it does.
    set(header::CACHE_CONTROL, "private, max-age=300");
    let mut response = Response::new(Body::from(file.content));
    *response.headers_mut() = headers;
    Ok(response)
}

/// The header's text, with the name in the form that carries every letter (RFC 5987).
fn disposition(place: &str, name: Option<&str>) -> String {
    let Some(name) = name else { return place.to_owned() };
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{place}; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    //! Names in headers.
    use super::*;

    #[test]
    fn a_name_can_not_leave_its_header() {
        assert_eq!(disposition("attachment", Some("año\"; x\r\n.pdf")), "attachment; filename*=UTF-8''a%C3%B1o%22%3B%20x%0D%0A.pdf");
        assert_eq!(disposition("inline", None), "inline");
    }
}
