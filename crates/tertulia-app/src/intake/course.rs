//! What a post makes of a case: it opens one, or goes on with one, as the rules say.

use super::batch::{Batch, excerpt};
use crate::{cases, listening::Matched, live::News};
use serde_json::{Value, json};
use tertulia_care::{
    life::State,
    rules::{Decision, Priority},
};
use tertulia_kernel::{
    CaseId,
    event::{IncomingPost, Visibility},
};
use tertulia_store::case::{CaseRow, ChangeRow};
use uuid::Uuid;

impl Batch<'_> {
    pub(super) fn open_case(&mut self, post: &IncomingPost, matched: &Matched, decision: &Decision, person: Uuid) -> CaseId {
        let id = self.app.new_id();
        let monitors: Vec<&str> = matched.monitors.iter().map(|id| self.listening.monitor_name(*id)).collect();
        let rule = decision.because.iter().find(|because| because.set.contains(&"open_case") || because.set.contains(&"department"));
        let reason = monitors
            .first()
            .map(|name| (*name).to_owned())
            .or_else(|| rule.map(|because| because.rule.clone()))
            .or_else(|| post.addressed.then(|| "addressed".to_owned()));
        let case = CaseRow {
            subject: post.title.clone(),
            private: post.visibility == Visibility::Private,
            priority: decision.priority.as_str().into(),
            department_id: decision.department_id.map(|id| id.0),
            tags: serde_json::to_string(&decision.tags).unwrap_or_else(|_| "[]".into()),
            reason,
            why: json!({"monitors": monitors, "rules": decision.because, "addressed": post.addressed}).to_string(),
            ..cases::opened(id, &self.channel, person, self.now.as_micros())
        };
        self.facts.live_case.insert(person, id);
        self.facts.cases.insert(id, case);
        self.out.cases_opened.push(id);
        id.into()
    }

    /// What a new message of theirs does to a case.
    pub(super) fn extend_case(&mut self, id: CaseId, kind: &str, post: &IncomingPost, decision: &Decision) {
        let (now, channel) = (self.now.as_micros(), self.channel.id);
        let rules: Vec<&String> = decision.because.iter().map(|because| &because.rule).collect();
        let change = self.change(id.0, kind, &json!({"channel": self.channel.name, "rules": rules}));
        let Some(case) = self.facts.cases.get_mut(&id.0) else { return };
        case.excerpt = excerpt(&post.text, post.title.as_deref());
        case.channel_id = channel;
        case.private = post.visibility == Visibility::Private;
        case.activity_at = now;
        case.inbound_at = Some(now);
        case.waiting_since = case.waiting_since.or(Some(now));
        if kind == "reopened" {
            case.state = State::Open.as_str().into();
            case.snoozed_until = None;
            case.resolved_at = None;
        }
        let mut tags: Vec<String> = serde_json::from_str(&case.tags).unwrap_or_default();
        for tag in &decision.tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        case.tags = serde_json::to_string(&tags).unwrap_or_else(|_| "[]".into());
        self.out.cases_changed.push(id.0);
        if kind != "extended" {
            self.out.changes.push(change);
        }
        self.follow_rules(id.0, decision);
    }

    /// What rules say of a case that is open already: a department where it has none, a priority where theirs is higher;
    /// never over what a person set.
    fn follow_rules(&mut self, id: Uuid, decision: &Decision) {
        let Some(case) = self.facts.cases.get_mut(&id) else { return };
        let rule_that_set = |what: &str| decision.because.iter().find(|because| because.set.contains(&what));
        let by_hand = |kind: &str| self.facts.by_hand.contains(&(id, kind.to_owned()));
        let mut changes = Vec::new();
        if let (None, Some(department), Some(because)) = (case.department_id, decision.department_id, rule_that_set("department"))
            && !by_hand("moved")
        {
            changes.push(("moved", json!({"from": null, "to": department, "rules": [&because.rule]})));
            // Whoever saw it without a department may no longer.
            let audience = cases::audience(case);
            self.out.news.push((audience, News::Case { case_id: id.into(), number: case.number, opened: false }));
            case.department_id = Some(department.0);
            self.out.moved.push(id);
        }
        let higher = Priority::parse(&case.priority).is_none_or(|priority| decision.priority > priority);
        if let Some(because) = rule_that_set("priority").filter(|_| higher && !by_hand("prioritised")) {
            changes.push(("prioritised", json!({"from": case.priority, "to": decision.priority, "rules": [&because.rule]})));
            case.priority = decision.priority.as_str().into();
        }
        // That somebody wrote to us is the least of reasons: the first better one stands instead.
        if let Some(because) = decision.because.first().filter(|_| matches!(case.reason.as_deref(), None | Some("addressed"))) {
            case.reason = Some(because.rule.clone());
            let mut why: Value = serde_json::from_str(&case.why).unwrap_or_default();
            why["rules"] = json!(decision.because);
            case.why = why.to_string();
        }
        for (kind, detail) in changes {
            let change = self.change(id, kind, &detail);
            self.out.changes.push(change);
        }
    }

    /// An entry of a case's ledger in the system's name.
    pub(super) fn change(&self, case: Uuid, kind: &str, detail: &Value) -> ChangeRow {
        ChangeRow {
            id: self.app.new_id(),
            case_id: case,
            at: self.now.as_micros(),
            actor_id: None,
            actor: "system".into(),
            kind: kind.into(),
            detail: detail.to_string(),
        }
    }
}
