//! Views as the API shows them: instants as RFC 3339, ids as UUIDs.

use tertulia_api_types::{
    cases as api_cases, channels as api_channels, labels as api_labels, monitors::SlowQuery, people as api_people, posts as api_posts,
};
use tertulia_app::{
    answers::AnswerTo,
    cases::{CaseView, PersonView},
    channel::Bilingual,
    listening::Slow,
    told::Told,
    understanding::{Because, Ground, Labels, Task},
    view::{FoundPart, PostView},
};
use tertulia_kernel::{
    Timestamp,
    caps::{Caps, LengthUnit, ReplyRule},
};
use tertulia_store::attachment::AttachmentRow;

/// An instant in microseconds.
pub fn at(micros: i64) -> String {
    Timestamp::from_micros(micros).to_rfc3339()
}

/// An instant that may be missing.
pub fn maybe_at(micros: Option<i64>) -> Option<String> {
    micros.map(at)
}

/// A text in both languages.
pub fn bilingual(text: Bilingual) -> api_channels::Bilingual {
    api_channels::Bilingual { es: text.es, en: text.en }
}

/// A query that keeps taking too long.
pub fn slow(slow: Slow) -> SlowQuery {
    SlowQuery { since: at(slow.since), posts: slow.posts }
}

/// A sentence about a network.
pub fn told(told: Told) -> api_channels::Told {
    api_channels::Told { code: told.code, es: told.es, en: told.en }
}

/// The same as it was stored.
pub fn maybe_told(stored: Option<String>) -> Option<api_channels::Told> {
    stored.map(|stored| told(Told::read(&stored)))
}

/// A row of the inbox.
pub fn case_row(view: CaseView) -> api_cases::CaseRow {
    let row = view.row;
    api_cases::CaseRow {
        id: row.id,
        number: row.number,
        person: person(view.person),
        excerpt: row.excerpt,
        subject: row.subject,
        channel_id: row.channel_id,
        channel_kind: view.channel_kind,
        private: row.private,
        state: row.state,
        priority: row.priority,
        department_id: row.department_id,
        assignee_id: row.assignee_id,
        tags: serde_json::from_str(&row.tags).unwrap_or_default(),
        reason: row.reason,
        waiting_since: maybe_at(row.waiting_since),
        opened_at: at(row.opened_at),
        activity_at: at(row.activity_at),
        snoozed_until: maybe_at(row.snoozed_until),
        unread: view.unread,
        labels: view.labels.map(labels),
    }
}

/// A person as rows show them.
pub fn person(view: PersonView) -> api_people::PersonBrief {
    api_people::PersonBrief {
        id: view.row.id,
        number: view.row.number,
        name: view.row.name,
        handle: view.handle,
        followers: view.followers,
        vip: view.row.vip,
    }
}

/// A file. Its content is fetched from here when it is stored here; what only the network has is a link.
pub fn attachment(row: AttachmentRow) -> api_posts::Attachment {
    api_posts::Attachment {
        path: row.size.map(|_| format!("/api/v1/attachments/{}", row.id)),
        id: row.id,
        mime: row.mime,
        name: row.name,
        size: row.size,
        alt: row.alt,
        url: row.url,
    }
}

/// A post.
pub fn post(view: PostView) -> api_posts::Post {
    let row = view.row;
    api_posts::Post {
        id: row.id,
        channel_id: row.channel_id,
        conversation_id: row.conversation_id,
        case_id: row.case_id,
        case_number: view.case_number,
        direction: row.direction,
        visibility: row.visibility,
        author: api_posts::PostAuthor {
            identity_id: row.identity_id,
            person_id: view.person_id,
            user_id: row.user_id,
            name: row.author_name,
            handle: row.author_handle,
            followers: row.followers,
        },
        title: row.title,
        text: row.text,
        quoted: row.quoted,
        url: row.url,
        lang: row.lang,
        parent_id: view.parent_id,
        occurred_at: at(row.occurred_at),
        received_at: at(row.received_at),
        edited_at: maybe_at(row.revised_at),
        deleted_at: maybe_at(row.deleted_at),
        attachments: view.attachments.into_iter().map(attachment).collect(),
        matches: view
            .matches
            .into_iter()
            .map(|found| api_posts::PostMatch {
                monitor_id: found.monitor_id,
                monitor: found.monitor,
                ranges: found.ranges,
                discarded: found.discarded,
            })
            .collect(),
        highlights: view.highlights,
        found: view.found.into_iter().map(found_part).collect(),
        sending: view.sending.map(|sending| api_posts::Sending {
            answer_id: sending.answer_id,
            state: sending.state,
            reason: maybe_told(sending.reason),
            undo_until: sending.undo_until.map(Timestamp::to_rfc3339),
            retry_at: sending.retry_at.map(Timestamp::to_rfc3339),
            can_retry: sending.can_retry,
            can_take_back: sending.can_take_back,
        }),
        labels: view.labels.map(labels),
    }
}

/// What a post says.
pub fn labels(found: Labels) -> api_labels::Labels {
    let of = |task: Task| -> Vec<api_labels::Label> {
        found.shares(task).into_iter().map(|(label, p)| api_labels::Label { label: label.into(), p: p.map(share) }).collect()
    };
    // Of these there is one; none only when a later version of the program wrote one this version has no name for.
    let one = |task: Task| of(task).pop().unwrap_or_else(|| api_labels::Label { label: String::new(), p: None });
    let (language, sentiment, types, audience) = (one(Task::Language), one(Task::Sentiment), of(Task::Types), one(Task::Audience));
    let corrected = found.corrected.iter().map(|word| api_labels::LabelCorrected {
        task: word.task.as_str().into(),
        by: word.by.clone(),
        at: word.at.to_rfc3339(),
        said: word.task.names(word.task.said(&found.said).0).into_iter().map(Into::into).collect(),
    });
    let reason =
        |reason: Because| api_labels::LabelReason { label: reason.label, words: reason.words, weight: f64::from(reason.weight) / 1_000.0 };
    api_labels::Labels {
        post_id: found.post_id,
        language,
        sentiment,
        types,
        audience,
        corrected: corrected.collect(),
        urgency: urgency(found.said.urgency, found.said.grounds),
        unsure: found.now.unsure,
        topics: found.said.topics,
        phrases: found.said.phrases,
        because: found.said.because.into_iter().map(reason).collect(),
        model: found.model,
    }
}

/// How soon a post wants an answer, and why.
pub fn urgency(score: u16, grounds: Vec<Ground>) -> api_labels::Urgency {
    let ground = |ground: Ground| api_labels::UrgencyGround { name: ground.name, points: share(ground.points), words: ground.words };
    api_labels::Urgency { score: share(score), grounds: grounds.into_iter().map(ground).collect() }
}

/// Thousandths as a share from 0 to 1.
pub fn share(per_mille: u16) -> f64 {
    f64::from(per_mille) / 1_000.0
}

/// What a part of a query found.
pub fn found_part(found: FoundPart) -> api_posts::FoundPart {
    let [start, end] = found.range;
    api_posts::FoundPart { start, end, part: found.part }
}

/// Whom an answer goes to.
pub fn answer_to(to: AnswerTo) -> api_cases::AnswerTo {
    api_cases::AnswerTo { post_id: to.post_id, person_id: to.person_id, name: to.name, handle: to.handle }
}

/// What a channel can do.
pub fn caps(caps: &Caps) -> api_channels::Caps {
    let (reply_rule, window_hours) = match caps.reply_rule {
        ReplyRule::Anyone => ("anyone", None),
        ReplyRule::Summoned => ("summoned", None),
        ReplyRule::Window { hours } => ("window", Some(hours)),
        ReplyRule::Never => ("never", None),
    };
    let length_unit = match caps.length_unit {
        LengthUnit::Chars => "chars",
        LengthUnit::Graphemes => "graphemes",
        LengthUnit::Bytes => "bytes",
        LengthUnit::Utf16 => "utf16",
    };
    api_channels::Caps {
        max_length: caps.max_length,
        length_unit: length_unit.into(),
        url_length: caps.url_length,
        short_mentions: caps.short_mentions,
        public_answers: caps.public_answers,
        private_answers: caps.private_answers,
        reply_rule: reply_rule.into(),
        window_hours,
        max_attachments: caps.max_attachments,
        max_attachment_bytes: caps.max_attachment_bytes,
        attachment_types: caps.attachment_types.clone(),
        subject: caps.subject,
    }
}
