//! Rows that cases and posts need around them.

use super::{id, staff};
use tertulia_kernel::UserId;
use tertulia_store::{
    Store,
    case::{CaseRow, ChangeRow},
    channel::ChannelRow,
    conversation::ConversationRow,
    extras::Extras,
    person::{IdentityRow, NewPerson, PersonRow},
    post::{NewPost, PostRow},
};
use uuid::Uuid;

/// The instant of the tests, in microseconds.
pub(crate) const NOW: i64 = 1_795_262_400_000_000;
/// Ids of what [`with_a_case`] makes.
pub(crate) const CHANNEL: u128 = 1;
pub(crate) const PERSON: u128 = 2;
pub(crate) const IDENTITY: u128 = 3;
pub(crate) const CONVERSATION: u128 = 4;
pub(crate) const CASE: u128 = 5;
pub(crate) const AGENT: u128 = 6;
pub(crate) const DEPARTMENT: u128 = 7;

pub(crate) fn post(n: u128, text: &str) -> NewPost {
    let row = PostRow {
        seq: 0,
        id: id(n),
        channel_id: id(CHANNEL),
        external_id: format!("e{n}"),
        kind: "message".into(),
        conversation_id: Some(id(CONVERSATION)),
        case_id: Some(id(CASE)),
        direction: "in".into(),
        visibility: "public".into(),
        identity_id: Some(id(IDENTITY)),
        author_external_id: None,
        user_id: None,
        author_name: "Marta".into(),
        author_handle: "marta@beta.test".into(),
        followers: Some(12_000),
        title: None,
        text: text.into(),
        quoted: None,
        url: None,
        lang: Some("es".into()),
        in_reply_to: None,
        occurred_at: NOW,
        received_at: NOW,
        revised_at: None,
        deleted_at: None,
        keep_until: None,
        extras: Extras::default(),
    };
    NewPost { row, tokens: text.to_lowercase() }
}

pub(crate) fn case(n: u128, number: i64) -> CaseRow {
    CaseRow {
        id: id(n),
        number,
        person_id: id(PERSON),
        subject: None,
        excerpt: "Mi pedido".into(),
        channel_id: id(CHANNEL),
        private: false,
        state: "open".into(),
        priority: "high".into(),
        department_id: Some(id(DEPARTMENT)),
        assignee_id: None,
        reserved_by: None,
        reserved_until: None,
        snoozed_until: None,
        tags: "[]".into(),
        reason: None,
        why: "{}".into(),
        waiting_since: Some(NOW),
        opened_at: NOW,
        activity_at: NOW,
        inbound_at: Some(NOW),
        resolved_at: None,
        sample: false,
    }
}

pub(crate) fn conversation(n: u128, thread: &str, visibility: &str) -> ConversationRow {
    ConversationRow {
        id: id(n),
        channel_id: id(CHANNEL),
        thread: thread.into(),
        visibility: visibility.into(),
        person_id: Some(id(PERSON)),
        case_id: None,
        continues: None,
        created_at: NOW,
    }
}

/// A channel, a person, a conversation, a case with one entry in its ledger, an agent and a department.
pub(crate) async fn with_a_case(store: &Store) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    tx.insert_channel(&ChannelRow {
        id: id(CHANNEL),
        number: 1,
        kind: "push".into(),
        shows_as: "push".into(),
        name: "Press".into(),
        account: None,
        enabled: true,
        window_days: 0,
        settings: "{}".into(),
        secrets: Some(vec![1, 2, 3]),
        sample: false,
        created_at: NOW,
        updated_at: NOW,
    })
    .await?;
    let row = PersonRow {
        id: id(PERSON),
        number: 1,
        name: "Marta Ríos".into(),
        kind: "customer".into(),
        note: None,
        vip: false,
        created_at: NOW,
    };
    tx.insert_people(&[NewPerson { row, folded: "marta rios".into(), sample: false }]).await?;
    tx.insert_identities(&[identity(IDENTITY, "marta")]).await?;
    let department = staff::department(DEPARTMENT);
    tx.insert_department(&department).await?;
    tx.insert_user(&staff::user(AGENT, &[department.id])).await?;
    tx.insert_cases(&[case(CASE, 1)]).await?;
    tx.insert_conversations(&[ConversationRow { case_id: Some(id(CASE)), ..conversation(CONVERSATION, "t1", "public") }]).await?;
    tx.save_changes(&[ChangeRow {
        id: id(8),
        case_id: id(CASE),
        at: NOW,
        actor_id: Some(Uuid::from(UserId(id(AGENT)))),
        actor: "Ana".into(),
        kind: "opened".into(),
        detail: "{}".into(),
    }])
    .await?;
    Ok(tx.commit().await?)
}

pub(crate) fn identity(n: u128, external_id: &str) -> IdentityRow {
    IdentityRow {
        id: id(n),
        person_id: id(PERSON),
        provider: "mastodon".into(),
        scope: String::new(),
        external_id: external_id.into(),
        handle: format!("{external_id}@beta.test"),
        name: Some("Marta".into()),
        url: None,
        avatar_url: None,
        followers: Some(12_000),
        created_at: NOW,
        updated_at: NOW,
    }
}
