//! What a server tells about itself and our account on it.

use super::{
    client::{CallError, Client},
    status::{self, Me},
};
use crate::fetch::may_be_public;
use reqwest::{StatusCode, Url};
use serde_json::Value;
use tertulia_kernel::caps::{Caps, LengthUnit, ReplyRule};

/// A server and our account on it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Our account.
    pub me: Me,
    /// What the account can do.
    pub caps: Caps,
    /// Longest post; the mention of the person counts too.
    pub max_post: u32,
    /// Where streams might be; whether they are is found out by opening one.
    pub streaming: Url,
    /// Software and version as it calls itself.
    pub version: String,
}

/// What any Mastodon-compatible account can do before its server is asked: Mastodon's own limits.
pub fn usual_caps() -> Caps {
    Caps {
        max_length: Some(500),
        length_unit: LengthUnit::Chars,
        url_length: Some(23),
        short_mentions: true,
        public_answers: true,
        private_answers: true,
        reply_rule: ReplyRule::Anyone,
        max_attachments: 4,
        max_attachment_bytes: 16 * 1024 * 1024,
        attachment_types: ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"].map(str::to_owned).to_vec(),
        subject: false,
        edit: true,
        delete: true,
    }
}

/// Asks the server about itself (v2, or v1 where it is older) and who we are.
pub async fn discover(client: &Client) -> Result<Server, CallError> {
    let me = match client.get("api/v1/accounts/verify_credentials", &[]).await {
        Ok(answer) => answer.body,
        // What snac says to a token it does not know.
        Err(CallError::Status { status: StatusCode::UNPROCESSABLE_ENTITY, wait, message }) => {
            return Err(CallError::Status { status: StatusCode::UNAUTHORIZED, wait, message });
        }
        Err(error) => return Err(error),
    };
    let mut instance = Value::Null;
    for path in ["api/v2/instance", "api/v1/instance"] {
        match client.get(path, &[]).await {
            Ok(answer) if answer.body.is_object() => {
                instance = answer.body;
                break;
            }
            // Without limits we go on with the usual ones.
            Ok(_) | Err(CallError::Unreadable(_)) => {}
            Err(CallError::Status { status, .. }) if status != StatusCode::TOO_MANY_REQUESTS => {}
            Err(error) => return Err(error),
        }
    }
    read(&me, &instance, client.base()).ok_or_else(|| CallError::Unreadable("the server does not tell who we are".into()))
}

/// Reads both answers; `None` when the account has no id.
fn read(me: &Value, instance: &Value, base: &Url) -> Option<Server> {
    let domain = ["domain", "uri"]
        .iter()
        .find_map(|key| status::text(instance, key))
        .map(|domain| domain.split("://").last().unwrap_or_default().trim_matches('/').to_owned())
        .filter(|domain| !domain.is_empty())
        .or_else(|| base.host_str().map(str::to_owned))?;
    let number = |pointer: &str| instance.pointer(pointer).and_then(Value::as_u64);
    let mut caps = usual_caps();
    let max_post = number("/configuration/statuses/max_characters")
        .or_else(|| number("/max_toot_chars"))
        .and_then(|max| u32::try_from(max).ok())
        .filter(|max| *max > 0)
        .unwrap_or(500);
    caps.max_length = Some(max_post);
    if let Some(url) = number("/configuration/statuses/characters_reserved_per_url") {
        caps.url_length = u32::try_from(url).ok();
    }
    if let Some(max) = number("/configuration/statuses/max_media_attachments") {
        caps.max_attachments = u32::try_from(max.min(32)).unwrap_or(4);
    }
    if let Some(max) = number("/configuration/media_attachments/image_size_limit") {
        caps.max_attachment_bytes = max;
    }
    let types: Vec<String> = instance
        .pointer("/configuration/media_attachments/supported_mime_types")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|mime| mime.as_str().map(str::to_owned))
        .take(100)
        .collect();
    if !types.is_empty() {
        caps.attachment_types = types;
    }
    let streaming = instance
        .pointer("/configuration/urls/streaming")
        .or_else(|| instance.pointer("/urls/streaming_api"))
        .and_then(Value::as_str)
        .and_then(|address| streaming_base(address, base))
        .unwrap_or_else(|| base.clone());
    Some(Server {
        me: Me::read(me, &domain)?,
        caps,
        max_post,
        streaming,
        version: status::text(instance, "version").unwrap_or_default().chars().take(100).collect(),
    })
}

/// The http(s) form of a `ws(s)://` streaming address. It must be as safe as the server's own: a token sent over https
/// is not sent over http, nor to a machine of our own network, because an answer says so.
fn streaming_base(address: &str, base: &Url) -> Option<Url> {
    let address = match address.split_once("://")? {
        ("wss" | "https", rest) => format!("https://{rest}"),
        ("ws" | "http", rest) => format!("http://{rest}"),
        _ => return None,
    };
    let mut url = Url::parse(&address).ok()?;
    let inside = url.host() != base.host() && !may_be_public(&url);
    if inside || (url.scheme() == "http" && base.scheme() == "https") {
        return None;
    }
    url.set_query(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    //! Instances of several servers.
    use super::*;
    use serde_json::json;

    fn base() -> Url {
        Url::parse("https://social.example.com/").expect("address")
    }

    #[test]
    fn reads_limits_of_new_and_old_instances() {
        let me = json!({"id": 7, "username": "ayuda", "acct": "ayuda", "url": "https://social.example.com/@ayuda"});
        let new = json!({"domain": "example.com", "version": "4.5.0", "configuration": {
            "statuses": {"max_characters": 5000, "characters_reserved_per_url": 25, "max_media_attachments": 6},
            "media_attachments": {"image_size_limit": 99, "supported_mime_types": ["image/png"]},
            "urls": {"streaming": "wss://stream.example.com"}}});
        let server = read(&me, &new, &base()).expect("server");
        assert_eq!(server.me.handle, "ayuda@example.com");
        assert_eq!(server.max_post, 5000);
        assert_eq!(server.caps.max_length, Some(5000));
        assert_eq!((server.caps.url_length, server.caps.max_attachments), (Some(25), 6));
        assert_eq!((server.caps.max_attachment_bytes, server.caps.attachment_types), (99, vec!["image/png".to_owned()]));
        assert_eq!(server.streaming.as_str(), "https://stream.example.com/");

        let old = json!({"uri": "https://example.com/", "max_toot_chars": 1000, "urls": {"streaming_api": "ws://x"}});
        let server = read(&me, &old, &base()).expect("server");
        assert_eq!((server.max_post, server.me.domain.as_str()), (1000, "example.com"));
        assert_eq!(server.streaming, base(), "an unsafe streaming address is not taken");

        for inside in ["wss://127.0.0.1:5432", "wss://[::1]/", "wss://10.0.0.8", "wss://printer.local", "wss://localhost"] {
            let hostile = json!({"uri": "https://example.com/", "urls": {"streaming_api": inside}});
            assert_eq!(read(&me, &hostile, &base()).expect("server").streaming, base(), "{inside}");
        }
        let own = Url::parse("http://127.0.0.1:8001/").expect("address");
        let sibling = json!({"urls": {"streaming_api": "ws://127.0.0.1:8002"}});
        assert_eq!(read(&me, &sibling, &own).expect("server").streaming.port(), Some(8002), "our own choice of host may be inside");
    }

    #[test]
    fn an_instance_that_tells_nothing_gets_the_usual_limits() {
        let me = json!({"id": "1", "username": "a"});
        for nothing in [json!(null), json!([]), json!({"configuration": null, "uri": 5, "urls": "x"})] {
            let server = read(&me, &nothing, &base()).expect("server");
            assert_eq!(server.caps, usual_caps());
            assert_eq!(server.me.handle, "a@social.example.com");
        }
        assert!(read(&json!({"error": "x"}), &json!(null), &base()).is_none());
    }
}
