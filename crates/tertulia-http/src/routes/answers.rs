//! Answers: the send gate while typing, sending, taking back, trying again.

use crate::{
    HttpState, Result,
    extract::{Json, LangOf, Path, Signed},
    present,
    problem::Lang,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{cases as api, problem::Problem};
use tertulia_app::{
    App,
    answers::{self, NewAnswer},
    cases::detail::objection_code,
};
use tertulia_kernel::event::Visibility;
use tertulia_policy::gate::Objection;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(check)).routes(routes!(send)).routes(routes!(take_back)).routes(routes!(retry))
}

/// Asks the send gate about a text, while it is typed.
#[utoipa::path(post, path = "/api/v1/cases/{id}/answers/check", operation_id = "check_answer", tag = "answers", params(("id" = Uuid, Path)),
    request_body = api::AnswerForm,
    responses((status = 200, body = api::AnswerCheck), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn check(
    State(app): State<App>,
    Signed(actor): Signed,
    LangOf(lang): LangOf,
    Path(id): Path<Uuid>,
    Json(form): Json<api::AnswerForm>,
) -> Result<Json<api::AnswerCheck>> {
    let text = form.text.clone();
    let verdict = answers::check(&app, &actor, id.into(), &read(form)).await?;
    Ok(Json(api::AnswerCheck {
        ok: verdict.objections.is_empty(),
        length: verdict.length,
        max_length: verdict.max_length,
        to: verdict.to.map(present::answer_to),
        problems: verdict.objections.iter().map(|objection| problem(objection, &text, lang)).collect(),
    }))
}

/// Sends an answer: it waits in the outbox for the time to take it back, then leaves. The same `id` again sends nothing
/// more.
#[utoipa::path(post, path = "/api/v1/cases/{id}/answers", operation_id = "send_answer", tag = "answers", params(("id" = Uuid, Path)),
    request_body = api::AnswerForm,
    responses((status = 202, body = api::AnswerAccepted), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn send(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::AnswerForm>,
) -> Result<(StatusCode, Json<api::AnswerAccepted>)> {
    let post = answers::send(&app, &actor, id.into(), read(form)).await?;
    Ok((StatusCode::ACCEPTED, Json(api::AnswerAccepted { post: present::post(post) })))
}

/// Takes an answer back that has not left.
#[utoipa::path(delete, path = "/api/v1/answers/{id}", operation_id = "take_back_answer", tag = "answers", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn take_back(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    answers::take_back(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries an answer again that was refused or could not be confirmed. What may have gone out is looked for first.
#[utoipa::path(post, path = "/api/v1/answers/{id}/retry", operation_id = "retry_answer", tag = "answers", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn retry(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    answers::retry(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(form: api::AnswerForm) -> NewAnswer {
    NewAnswer {
        id: form.id.into(),
        conversation_id: form.conversation_id.into(),
        in_reply_to: form.in_reply_to.map(Into::into),
        text: form.text.replace('\0', ""),
        subject: form.subject.map(|subject| subject.replace(['\0', '\r', '\n'], " ")).filter(|subject| !subject.trim().is_empty()),
        visibility: Visibility::parse(&form.visibility),
        attachments: form.attachment_ids,
        resolve: form.resolve,
    }
}

fn problem(objection: &Objection, text: &str, lang: Lang) -> api::GateProblem {
    let utf16 = |byte: usize| u32::try_from(text[..byte].encode_utf16().count()).unwrap_or(u32::MAX);
    let range = match objection {
        Objection::ForbiddenWord { start, end } if text.is_char_boundary(*start) && text.is_char_boundary(*end) => {
            Some([utf16(*start), utf16(*end)])
        }
        _ => None,
    };
    let message = match lang {
        Lang::En => answers::objection_text(objection),
        Lang::Es => spanish(objection),
    };
    api::GateProblem { code: objection_code(objection).into(), message, range }
}

fn spanish(objection: &Objection) -> String {
    match objection {
        Objection::Empty => "escribe algo o agrega un archivo".into(),
        Objection::TooLong { length, max } => format!("{length} caracteres; este canal admite {max}"),
        Objection::ForbiddenWord { .. } => "la empresa no envía esta palabra".into(),
        Objection::Unsupported => "este canal no tiene respuestas así".into(),
        Objection::NotSummoned => "este canal solo deja responder a quien nos mencionó".into(),
        Objection::WindowOver { hours } => format!("pasaron más de {hours} horas desde su último mensaje"),
        Objection::ListenOnly => "este canal solo escucha".into(),
        Objection::Stopped => "este canal está detenido; hay que iniciarlo primero".into(),
        Objection::TooManyFiles { max } => format!("como máximo {max} archivos"),
        Objection::FileTooLarge { max } => format!("un archivo pesa más de {} MB", max / 1_000_000),
        Objection::FileType { mime } => format!("este canal no admite archivos de tipo {mime}"),
    }
}
