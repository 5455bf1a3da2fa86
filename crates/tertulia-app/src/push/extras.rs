//! What a pushed post says beside its words: its media, whom it is addressed to, what people did with it, its country.

use super::{LONGEST_ID, WrongPost, excerpt, text_as, web_address, wrong_type};
use serde_json::Value;
use tertulia_kernel::event::{Counts, Media};

/// Most files of a pushed post.
const MOST_MEDIA: usize = 20;
/// Most handles a pushed post is addressed to.
const MOST_HANDLES: usize = 50;
/// Longest description of a file, in characters.
const LONGEST_ALT: usize = 2_000;
/// What a file can be.
const KINDS: [&str; 4] = ["image", "video", "audio", "file"];

/// Reads `media`: what each file is and shows, and where it is when it is anywhere.
pub(super) fn read_media(value: &Value) -> Result<Vec<Media>, WrongPost> {
    const WANTED: &str = "a list like [{\"kind\": \"image\", \"alt\": …, \"url\": …}]";
    let list = match value.get("media") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(wrong_type("media", other, WANTED)),
    };
    if list.len() > MOST_MEDIA {
        return Err(WrongPost::new("media", format!("has {} files", list.len()), format!("the most is {MOST_MEDIA}")));
    }
    list.iter().map(one_file).collect()
}

fn one_file(file: &Value) -> Result<Media, WrongPost> {
    if !file.is_object() {
        return Err(wrong_type("media", file, "a list of objects"));
    }
    let words = |key, field, most| Ok(text_as(file, key, field, most)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()));
    let mime = match words("kind", "media.kind", LONGEST_ID)? {
        Some(kind) if !KINDS.contains(&kind.as_str()) => {
            return Err(WrongPost::new(
                "media.kind",
                format!("'{}' is no kind of file", excerpt(&kind)),
                format!("it is one of {}", KINDS.join(", ")),
            ));
        }
        Some(kind) if kind != "file" => format!("{kind}/*"),
        _ => "application/octet-stream".into(),
    };
    Ok(Media {
        mime,
        name: words("name", "media.name", LONGEST_ID)?,
        alt: words("alt", "media.alt", LONGEST_ALT)?,
        url: words("url", "media.url", super::LONGEST_URL)?.map(|url| web_address("media.url", url)).transpose()?,
        bytes: None,
    })
}

/// Reads `to`: one handle or several.
pub(super) fn read_to(value: &Value) -> Result<Vec<String>, WrongPost> {
    let list = match value.get("to") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(one @ Value::String(_)) => std::slice::from_ref(one),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(wrong_type("to", other, "a handle or a list of handles")),
    };
    if list.len() > MOST_HANDLES {
        return Err(WrongPost::new("to", format!("has {} handles", list.len()), format!("the most is {MOST_HANDLES}")));
    }
    let handle = |handle: &Value| match handle {
        Value::String(handle) if handle.chars().count() > LONGEST_ID => Err(WrongPost::new(
            "to",
            format!("holds a handle of {} characters", handle.chars().count()),
            format!("the most is {LONGEST_ID}"),
        )),
        Value::String(handle) => Ok(handle.trim().trim_start_matches('@').replace('\0', "\u{fffd}")),
        other => Err(wrong_type("to", other, "a handle or a list of handles")),
    };
    let handles: Vec<String> = list.iter().map(handle).collect::<Result<_, _>>()?;
    Ok(handles.into_iter().filter(|handle| !handle.is_empty()).collect())
}

/// Reads `likes`, `shares` and `replies`.
pub(super) fn read_counts(value: &Value) -> Result<Counts, WrongPost> {
    Ok(Counts { likes: count(value, "likes")?, shares: count(value, "shares")?, replies: count(value, "replies")? })
}

fn count(value: &Value, field: &'static str) -> Result<Option<u64>, WrongPost> {
    match value.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => number
            .as_u64()
            .map(Some)
            .ok_or_else(|| WrongPost::new(field, format!("{number} is no count"), "give a whole number from 0, or leave it out")),
        Some(other) => Err(wrong_type(field, other, "a whole number from 0")),
    }
}

/// Reads `country`, to capital letters.
pub(super) fn read_country(value: &Value) -> Result<Option<String>, WrongPost> {
    let Some(country) = text_as(value, "country", "country", 35)?.map(|code| code.trim().to_ascii_uppercase()) else { return Ok(None) };
    match country.len() {
        0 => Ok(None),
        2 if country.bytes().all(|letter| letter.is_ascii_uppercase()) => Ok(Some(country)),
        _ => Err(WrongPost::new(
            "country",
            format!("'{}' is no country code", excerpt(&country)),
            "give a code of two letters like MX, CO or ES, or leave it out",
        )),
    }
}

#[cfg(test)]
mod tests {
    //! What is taken, and what is said about the rest.
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_it_says_is_kept() {
        let post = json!({"media": [{"kind": "image", "alt": " Una maleta rota ", "url": "https://red.example/1.png"}, {}],
            "to": ["@iberia", " ana@red.example ", "@"], "likes": 7, "shares": 0, "replies": null, "country": "co"});
        let media = read_media(&post).expect("good");
        assert_eq!((media[0].mime.as_str(), media[0].alt.as_deref()), ("image/*", Some("Una maleta rota")));
        assert_eq!(media[0].url.as_deref(), Some("https://red.example/1.png"));
        assert_eq!((media[1].mime.as_str(), media[1].alt.as_deref()), ("application/octet-stream", None));
        assert_eq!(read_to(&post).expect("good"), ["iberia", "ana@red.example"]);
        assert_eq!(read_to(&json!({"to": "@iberia"})).expect("good"), ["iberia"]);
        assert_eq!(read_counts(&post).expect("good"), Counts { likes: Some(7), shares: Some(0), replies: None });
        assert_eq!(read_country(&post).expect("good").as_deref(), Some("CO"));
        let nothing = json!({"to": null, "country": " "});
        assert_eq!((read_to(&nothing).expect("good").len(), read_country(&nothing).expect("good")), (0, None));
    }

    #[test]
    fn each_wrong_field_is_named_with_its_remedy() {
        let table = [
            (json!({"media": "photo"}), "media", "is text; it must be a list like"),
            (json!({"media": ["photo"]}), "media", "is text; it must be a list of objects"),
            (json!({"media": vec![json!({}); 21]}), "media", "has 21 files; the most is 20"),
            (json!({"media": [{"kind": "foto"}]}), "media.kind", "'foto' is no kind of file; it is one of image, video, audio, file"),
            (json!({"media": [{"alt": 7}]}), "media.alt", "is a number; it must be text"),
            (json!({"media": [{"url": "javascript:alert(1)"}]}), "media.url", "is no web address"),
            (json!({"to": 7}), "to", "is a number; it must be a handle or a list of handles"),
            (json!({"to": ["a", {}]}), "to", "is an object; it must be a handle"),
            (json!({"to": vec!["a"; 51]}), "to", "has 51 handles; the most is 50"),
            (json!({"likes": -1}), "likes", "-1 is no count"),
            (json!({"shares": 1.5}), "shares", "1.5 is no count"),
            (json!({"replies": "3"}), "replies", "is text; it must be a whole number"),
            (json!({"country": "Colombia"}), "country", "'COLOMBIA' is no country code; give a code of two letters"),
        ];
        for (post, field, words) in table {
            let all = || -> Result<(), WrongPost> {
                read_media(&post)?;
                read_to(&post)?;
                read_counts(&post)?;
                read_country(&post)?;
                Ok(())
            };
            let wrong = all().expect_err(words);
            assert_eq!(wrong.field, field, "{wrong}");
            assert!(wrong.to_string().contains(words), "{wrong} / {words}");
        }
    }
}
