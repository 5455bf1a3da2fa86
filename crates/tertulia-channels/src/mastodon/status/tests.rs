//! Statuses in the shapes of several servers, and in shapes made to break a reader.

use super::*;
use serde_json::json;
use tertulia_kernel::event::MediaKind;

const NOW: Timestamp = Timestamp::from_seconds(1_795_255_200);

fn me() -> Me {
    Me {
        id: "1".into(),
        handle: "ayuda@alpha.test".into(),
        url: Some("https://alpha.test/@ayuda".into()),
        uri: Some("https://alpha.test/users/ayuda".into()),
        domain: "alpha.test".into(),
    }
}

fn post(status: &Value, reached: Reached) -> IncomingPost {
    read(status, &me(), reached, NOW).expect("can be read")
}

/// What Mastodon 4 sends for a remote post that mentions us.
fn mastodon() -> Value {
    json!({
        "id": "113512345678901234", "created_at": "2026-11-21T09:59:30.123Z", "in_reply_to_id": "113512345678900000",
        "in_reply_to_account_id": "77", "sensitive": true, "spoiler_text": "Enojo", "visibility": "unlisted", "language": "es",
        "uri": "https://beta.test/users/ana/statuses/5", "url": "https://beta.test/@ana/5", "edited_at": "2026-11-21T10:00:00.000Z",
        "content": "<p><span class=\"h-card\"><a href=\"https://alpha.test/@ayuda\" class=\"u-url mention\">@<span>ayuda</span></a></span> mi pedido n&uacute;mero 5<br>no llegó</p>",
        "reblog": null, "application": null, "poll": {"options": [{"title": "Sí"}, {"title": "No"}]},
        "account": {"id": "77", "username": "ana", "acct": "ana@beta.test", "display_name": "Ana &amp; Luis", "bot": false,
            "url": "https://beta.test/@ana", "uri": "https://beta.test/users/ana", "avatar": "https://alpha.test/a.png",
            "followers_count": 12000},
        "media_attachments": [{"id": "9", "type": "image", "url": "https://alpha.test/media/9/caja.JPG", "description": "Una caja rota"},
            {"id": "10", "type": "unknown", "url": null, "remote_url": "https://beta.test/v", "description": null}],
        "favourites_count": 4, "reblogs_count": 0, "replies_count": null,
        "mentions": [{"id": "1", "username": "ayuda", "acct": "ayuda", "url": "https://alpha.test/@ayuda"}], "tags": []
    })
}

#[test]
fn reads_everything_a_full_status_has() {
    let post = post(&mastodon(), Reached::Personal);
    assert_eq!(post.external_id, "113512345678901234");
    assert_eq!(post.text, "@ayuda mi pedido número 5\nno llegó\n• Sí\n• No");
    assert_eq!(post.title.as_deref(), Some("Enojo"));
    assert_eq!(post.url.as_deref(), Some("https://beta.test/@ana/5"));
    assert_eq!(post.lang.as_deref(), Some("es"));
    assert_eq!(post.in_reply_to.as_deref(), Some("113512345678900000"));
    assert_eq!(post.visibility, Visibility::Public);
    assert!(post.addressed && !post.own);
    assert_eq!(post.occurred_at.to_rfc3339(), "2026-11-21T09:59:30.123Z");
    assert_eq!(post.revised_at.map(Timestamp::to_rfc3339).as_deref(), Some("2026-11-21T10:00:00.000Z"));
    assert_eq!(post.author.external_id, "https://beta.test/@ana");
    assert_eq!(post.author.handle, "ana@beta.test");
    assert_eq!(post.author.name.as_deref(), Some("Ana & Luis"));
    assert_eq!(post.author.followers, Some(12_000));
    assert_eq!(post.media.len(), 2);
    assert_eq!((post.media[0].mime.as_str(), post.media[0].alt.as_deref()), ("image/jpeg", Some("Una caja rota")));
    assert_eq!(post.media[1].mime, "application/octet-stream");
    assert_eq!(post.counts, Counts { likes: Some(4), shares: Some(0), replies: None });
    assert_eq!((post.to, post.country), (vec!["ayuda@alpha.test".to_owned()], None));
    let raw: Value = serde_json::from_str(post.raw.as_deref().expect("kept")).expect("json");
    assert_eq!(raw, mastodon());
}

#[test]
fn every_field_may_be_missing_null_or_of_another_type() {
    let full = mastodon();
    let wrong = [json!(null), json!(7), json!(""), json!([]), json!({}), json!([null, 1, {}]), json!("x\u{0}\u{202e}y")];
    for key in full.as_object().expect("object").keys() {
        for value in &wrong {
            let mut status = full.clone();
            status[key] = value.clone();
            let read_it = read(&status, &me(), Reached::Public, NOW);
            assert!(read_it.is_ok() || matches!(key.as_str(), "id" | "account"), "{key} = {value}: {read_it:?}");
        }
        let mut status = full.clone();
        status.as_object_mut().expect("object").remove(key);
        let read_it = read(&status, &me(), Reached::Public, NOW);
        assert_eq!(read_it.is_ok(), !matches!(key.as_str(), "id" | "account"), "without {key}");
    }
    for key in full["account"].as_object().expect("object").keys() {
        for value in &wrong {
            let mut status = full.clone();
            status["account"][key] = value.clone();
            assert!(read(&status, &me(), Reached::Public, NOW).is_ok(), "account.{key} = {value}");
        }
    }
    for nothing in [json!(null), json!([]), json!("text"), json!({}), json!({"id": "1", "account": {}})] {
        assert!(read(&nothing, &me(), Reached::Public, NOW).is_err(), "{nothing}");
    }
}

#[test]
fn the_least_a_server_can_send_is_a_post() {
    let post = post(&json!({"id": 5, "account": {"username": "ana"}}), Reached::Public);
    assert_eq!((post.external_id.as_str(), post.text.as_str()), ("5", ""));
    assert_eq!((post.author.external_id.as_str(), post.author.handle.as_str()), ("ana@alpha.test", "ana@alpha.test"));
    assert_eq!((post.occurred_at, post.visibility), (NOW, Visibility::Public));
}

#[test]
fn snac_keeps_its_id_over_edits_and_hides_the_mention_of_the_reader() {
    let post = post(
        &json!({
            "id": "179529508631266545bf1c136ac1c8b34b7ce95f87", "uri": "http://beta.test/ana/p/1795295080.859939",
            "url": "http://beta.test/ana/p/1795295080.859939", "created_at": "2026-11-21T21:04:40.000Z", "visibility": "public",
            "account": {"id": "ceaad6ed47f265b57ca6f8d829cf31a0", "acct": "ana@beta.test", "url": "http://beta.test/ana"},
            "content": "Hola <span class=\"h-card\"><a href=\"https://alpha.test/@ayuda\" class=\"u-url mention\">@ayuda@alpha.test</a></span> hola<br>",
            "mentions": [], "in_reply_to_id": "1795295147e15e3cafa25ec3c926d967022efd66a2", "edited_at": null, "language": null
        }),
        Reached::Personal,
    );
    assert_eq!(post.external_id, "000000000031266545bf1c136ac1c8b34b7ce95f87");
    assert_eq!(post.in_reply_to.as_deref(), Some("0000000000e15e3cafa25ec3c926d967022efd66a2"));
    assert_eq!(post.text, "Hola @ayuda@alpha.test hola");
    assert!(post.addressed);
}

#[test]
fn pleroma_gives_a_thread_of_which_the_private_part_is_another() {
    let mut status = mastodon();
    status["pleroma"] = json!({"conversation_id": 42});
    assert_eq!(post(&status, Reached::Personal).thread.as_deref(), Some("42"));
    status["visibility"] = "direct".into();
    assert_eq!(post(&status, Reached::Personal).thread.as_deref(), Some("42:private"));
}

#[test]
fn who_can_see_it_is_private_when_in_doubt() {
    let seen = |visibility: Value, reached| {
        let mut status = mastodon();
        status["visibility"] = visibility;
        post(&status, reached).visibility
    };
    for public in ["public", "unlisted", "local"] {
        assert_eq!(seen(public.into(), Reached::Personal), Visibility::Public);
    }
    for private in ["private", "direct", "list", "mutuals", ""] {
        assert_eq!(seen(private.into(), Reached::Public), Visibility::Private, "{private}");
    }
    assert_eq!(seen(Value::Null, Reached::Personal), Visibility::Private);
    assert_eq!(seen(Value::Null, Reached::Mention), Visibility::Private);
}

#[test]
fn knows_what_is_addressed_to_us_and_what_is_ours() {
    let plain = || {
        let mut status = mastodon();
        status["mentions"] = json!([]);
        status["content"] = "<p>hola</p>".into();
        status
    };
    assert!(!post(&plain(), Reached::Public).addressed);
    assert!(post(&plain(), Reached::Mention).addressed);
    let with = |key: &str, value: Value| {
        let mut status = plain();
        status[key] = value;
        post(&status, Reached::Public)
    };
    assert!(with("visibility", "direct".into()).addressed);
    assert!(with("in_reply_to_account_id", "1".into()).addressed);
    assert!(with("mentions", json!([{"acct": "Ayuda"}])).addressed);
    assert!(with("mentions", json!([{"id": 1}])).addressed);
    assert!(!with("mentions", json!([{"id": "0", "acct": "otra@alpha.test"}])).addressed);
    // A link to us that is no mention.
    assert!(!with("content", r#"<a href="https://alpha.test/@ayuda">x</a>"#.into()).addressed);

    let own = with("account", json!({"id": "x", "url": "https://alpha.test/users/ayuda", "acct": "ayuda"}));
    assert!(own.own && !own.addressed);
    assert!(!with("account", json!({"id": "11", "acct": "ayuda@beta.test"})).own);
}

#[test]
fn a_boost_brings_the_post_it_shows() {
    let boost = json!({"id": "900", "account": {"acct": "otro@beta.test"}, "content": "", "reblog": mastodon()});
    let post = post(&boost, Reached::Personal);
    assert_eq!(post.external_id, "113512345678901234");
    assert_eq!(post.author.handle, "ana@beta.test");
    let mut nested = mastodon();
    for _ in 0..100 {
        nested = json!({"id": "900", "account": {"acct": "otro@beta.test"}, "reblog": nested});
    }
    assert!(read(&nested, &me(), Reached::Personal, NOW).is_ok());
}

#[test]
fn script_in_every_field_comes_out_as_text_or_not_at_all() {
    const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\u{0}\u{8}";
    let mut status = mastodon();
    for key in ["content", "spoiler_text", "language", "url", "uri", "edited_at"] {
        status[key] = EVIL.into();
    }
    for key in ["acct", "username", "display_name", "url", "uri", "avatar"] {
        status["account"][key] = EVIL.into();
    }
    status["media_attachments"][0]["url"] = "javascript:alert(1)".into();
    status["media_attachments"][0]["description"] = EVIL.into();
    let post = post(&status, Reached::Public);
    assert_eq!(post.text.lines().next(), Some("• Sí"));
    assert_eq!((post.title, post.url, post.author.url, post.author.avatar_url), (None, None, None, None));
    assert_eq!(post.media.len(), 1, "a file that is not on the web is none");
    for text in [&post.author.handle, post.author.name.as_ref().expect("name")] {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

#[test]
fn a_text_of_100_kb_is_kept_and_a_raw_status_too_large_is_not() {
    let mut status = mastodon();
    status["content"] = format!("<p>{}</p>", "ñandú ".repeat(100_000 / 7)).into();
    let long = post(&status, Reached::Public);
    assert!(long.text.len() > 90_000);
    assert!(long.raw.is_some());
    status["content"] = "x".repeat(MAX_RAW + 1).into();
    assert_eq!(post(&status, Reached::Public).raw, None);
}

#[test]
fn a_status_is_addressed_to_whom_it_mentions_and_answers() {
    let to = |changed: &[(&str, Value)]| {
        let mut status = mastodon();
        changed.iter().for_each(|(key, value)| status[*key] = value.clone());
        post(&status, Reached::Public).to
    };
    let luis = json!({"id": "80", "acct": "luis@gamma.test"});
    assert_eq!(to(&[("mentions", json!([luis, {"id": "5", "acct": "eva"}]))]), ["luis@gamma.test", "eva@alpha.test"]);
    // It answers somebody it does not name: us, whom another server names beside, itself, or nobody we could name.
    let answers = |account: &str| [("mentions", json!([])), ("in_reply_to_account_id", json!(account))];
    assert_eq!(to(&answers("1")), ["ayuda@alpha.test"]);
    let pleroma = ("pleroma", json!({"in_reply_to_account_acct": "luis@gamma.test"}));
    assert_eq!(to(&[answers("80").as_slice(), &[pleroma]].concat()), ["luis@gamma.test"]);
    assert_eq!(to(&answers("77")), Vec::<String>::new());
    assert_eq!(to(&answers("80")), Vec::<String>::new());
    assert_eq!(to(&[("in_reply_to_account_id", json!("80")), ("mentions", json!([luis]))]), ["luis@gamma.test"]);
}

#[test]
fn pictures_and_videos_are_told_apart() {
    let mut status = mastodon();
    status["media_attachments"] = json!([{"type": "gifv", "url": "https://alpha.test/a.mp4", "description": "Un gato"},
        {"type": "image", "url": "https://alpha.test/sin-nombre"}, {"type": "audio", "url": "https://alpha.test/a"}]);
    let kinds: Vec<_> = post(&status, Reached::Public).media.iter().map(Media::kind).collect();
    assert_eq!(kinds, [Some(MediaKind::Video), Some(MediaKind::Image), None]);
}
