//! From the files' words (keys, names) to rows: channels, monitors, rules, ready-made answers.

use super::{FILE, MINUTES, data};
use crate::{
    App, Result,
    rules::{self, Actions, Conditions, Priority},
};
use serde_json::json;
use std::collections::HashMap;
use tertulia_kernel::{ChannelId, DepartmentId, MonitorId, event::Visibility};
use tertulia_store::{
    channel::ChannelRow,
    desk::CannedRow,
    monitor::{MonitorRow, RuleRow},
};

/// Ids by the files' words.
#[derive(Default)]
pub(super) struct Names {
    pub departments: HashMap<String, DepartmentId>,
    pub channels: HashMap<String, ChannelId>,
    pub monitors: HashMap<String, MonitorId>,
}

/// A replay channel that plays its lines of the day.
pub(super) fn channel(app: &App, channel: &data::Channel, number: i64, start: &str) -> ChannelRow {
    let form = match channel.shows_as.as_str() {
        "email" => "mail",
        "webchat" => "chat",
        _ => "public",
    };
    let settings = json!({
        "path": FILE,
        "only": channel.name,
        "form": form,
        "addressed": channel.addressed,
        "minutes": MINUTES,
        "start": start,
        // Nobody answers a newspaper in its feed.
        "practice": channel.shows_as != "feed",
        "network": channel.network,
    });
    let now = app.now().as_micros();
    ChannelRow {
        id: app.new_id(),
        number,
        kind: channel.kind.clone(),
        shows_as: channel.shows_as.clone(),
        name: channel.name.clone(),
        account: Some(channel.account.clone()),
        enabled: true,
        window_days: 0,
        settings: settings.to_string(),
        secrets: None,
        sample: true,
        created_at: now,
        updated_at: now,
    }
}

pub(super) fn monitor(app: &App, monitor: &data::Monitor, number: i64) -> MonitorRow {
    let now = app.now().as_micros();
    MonitorRow {
        id: app.new_id(),
        number,
        name: monitor.name_es.clone(),
        query: monitor.query.clone(),
        enabled: true,
        sample: true,
        version: 1,
        created_at: now,
        updated_at: now,
        ..MonitorRow::default()
    }
}

pub(super) fn canned(app: &App, canned: &data::Canned) -> CannedRow {
    CannedRow {
        id: app.new_id(),
        shortcut: canned.shortcut.clone(),
        title: canned.title.clone(),
        text: canned.text.clone(),
        lang: Some(canned.lang.clone()),
        sample: true,
    }
}

/// All rules in order: the files' own, then one per department for monitors that name it.
pub(super) fn rules(app: &App, files: &data::Files, names: &Names, first: i64) -> Result<Vec<RuleRow>> {
    let mut forms: Vec<rules::Form> = files.rules.iter().flat_map(|rule| rule_forms(rule, names)).collect();
    for department in &files.company.departments {
        let keys = files.monitors.iter().filter(|monitor| monitor.department.as_ref() == Some(&department.key));
        let monitor_ids: Vec<MonitorId> = keys.filter_map(|monitor| names.monitors.get(&monitor.key).copied()).collect();
        if !monitor_ids.is_empty() {
            forms.push(rules::Form {
                name: format!("Monitores de {}", department.name_es),
                enabled: true,
                conditions: Conditions { monitor_ids, ..Conditions::default() },
                actions: Actions { department_id: names.departments.get(&department.key).copied(), ..Actions::default() },
            });
        }
    }
    forms.into_iter().zip(first..).map(|(form, position)| rules::row_of(form, app.new_id(), position, true)).collect()
}

/// A rule of the files. Its `kind` speaks of two things, who can see a post and what kind of channel it came by; where it
/// names both, two rules say it. Mail and web chat are private, so all three together are simply what is private.
fn rule_forms(rule: &data::Rule, names: &Names) -> Vec<rules::Form> {
    let ids = |keys: &[String], known: &HashMap<String, MonitorId>| keys.iter().filter_map(|key| known.get(key).copied()).collect();
    let conditions = Conditions {
        monitor_ids: ids(&rule.conditions.monitor, &names.monitors),
        query: rule.conditions.query.clone(),
        channel_ids: rule.conditions.channel.iter().filter_map(|name| names.channels.get(name).copied()).collect(),
        followers_min: rule.conditions.followers_min,
        langs: rule.conditions.lang.clone(),
        types: rule.conditions.kinds_of_message.clone(),
        sentiments: rule.conditions.sentiment.clone(),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1, as a test holds")]
        urgency_min: rule.conditions.urgency_min.map(|least| (least * 1_000.0).round() as u16),
        ..Conditions::default()
    };
    let actions = Actions {
        open_case: rule.actions.open_case,
        department_id: rule.actions.department.as_ref().and_then(|key| names.departments.get(key).copied()),
        priority: rule.actions.priority.as_deref().and_then(Priority::parse),
        tags: rule.actions.tags.clone(),
    };
    let (direct, channel_kinds): (Vec<String>, Vec<String>) = rule.conditions.kind.iter().cloned().partition(|kind| kind == "direct");
    let private = || Conditions { visibility: Some(Visibility::Private), ..conditions.clone() };
    let by_kind = || Conditions { channel_kinds: channel_kinds.clone(), ..conditions.clone() };
    let all = match (direct.is_empty(), channel_kinds.len()) {
        (true, 0) => vec![conditions.clone()],
        (true, _) => vec![by_kind()],
        (false, 0 | 2) => vec![private()],
        (false, _) => vec![private(), by_kind()],
    };
    let form = |conditions| rules::Form { name: rule.name_es.clone(), enabled: true, conditions, actions: actions.clone() };
    all.into_iter().map(form).collect()
}
