//! What only listening queries read of a post beside its words and its author, kept in one column.

use serde::{Deserialize, Serialize};
use tertulia_kernel::event::{Counts, IncomingPost, MediaKind};

/// Longest descriptions of a post's files together, in bytes: many times what is read of a text.
const LONGEST_ALT: usize = 20_000;

/// What a query can test of a post that nothing else here needs. Nothing is guessed: what the network did not tell is not
/// there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// It comes with a picture.
    #[serde(skip_serializing_if = "is_false")]
    pub image: bool,
    /// It comes with a video.
    #[serde(skip_serializing_if = "is_false")]
    pub video: bool,
    /// The descriptions of its files, one a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Handles of those it is addressed to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Country, as a code of two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How often it was liked, shared and answered, as last told.
    #[serde(skip_serializing_if = "Counts::are_unknown")]
    pub counts: Counts,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Extras {
    /// As stored; none when there is nothing to store.
    pub(crate) fn stored(&self) -> Option<String> {
        // Texts and numbers can always be written.
        (*self != Self::default()).then(|| serde_json::to_string(self).unwrap_or_default())
    }
}

impl From<&IncomingPost> for Extras {
    fn from(post: &IncomingPost) -> Self {
        let has = |kind| post.media.iter().any(|file| file.kind() == Some(kind));
        let mut alt = String::new();
        for line in post.media.iter().filter_map(|file| file.alt.as_deref()).filter(|line| !line.trim().is_empty()) {
            if !alt.is_empty() {
                alt.push('\n');
            }
            alt.push_str(line);
        }
        alt.truncate(alt.floor_char_boundary(LONGEST_ALT));
        Self {
            image: has(MediaKind::Image),
            video: has(MediaKind::Video),
            alt: (!alt.is_empty()).then_some(alt),
            to: post.to.clone(),
            country: post.country.clone(),
            counts: post.counts,
        }
    }
}

impl From<Option<String>> for Extras {
    /// Reads the stored form; what can't be read is not known, which keeps no post from being shown.
    fn from(stored: Option<String>) -> Self {
        stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    //! What is kept, and how.
    use super::*;
    use tertulia_kernel::{
        Timestamp,
        event::{Author, Media},
    };

    fn file(mime: &str, alt: Option<&str>) -> Media {
        Media { mime: mime.into(), name: None, alt: alt.map(str::to_owned), url: None, bytes: None }
    }

    #[test]
    fn what_is_kept_of_a_post_is_read_back() {
        let post = IncomingPost {
            media: vec![file("image/png", Some("una maleta")), file("Video/mp4", None), file("application/pdf", Some("el billete"))],
            to: vec!["ayuda@alfa.test".into()],
            country: Some("CO".into()),
            counts: Counts { likes: Some(3), shares: None, replies: Some(0) },
            ..IncomingPost::new("1", Author::default(), "x", Timestamp::default())
        };
        let extras = Extras::from(&post);
        assert_eq!((extras.image, extras.video, extras.alt.as_deref()), (true, true, Some("una maleta\nel billete")));
        let stored = extras.stored().expect("something");
        assert_eq!(
            stored,
            r#"{"image":true,"video":true,"alt":"una maleta\nel billete","to":["ayuda@alfa.test"],"country":"CO","counts":{"likes":3,"replies":0}}"#
        );
        assert_eq!(Extras::from(Some(stored)), extras);
    }

    #[test]
    fn a_plain_post_stores_nothing_and_a_broken_column_says_nothing() {
        let plain = Extras::from(&IncomingPost::new("1", Author::default(), "x", Timestamp::default()));
        assert_eq!((plain.stored(), Extras::from(None), Extras::from(Some("{".into()))), (None, plain.clone(), plain));
    }

    #[test]
    fn descriptions_have_an_end() {
        let media = vec![file("image/png", Some(&"ñ".repeat(LONGEST_ALT)))];
        let post = IncomingPost { media, ..IncomingPost::new("1", Author::default(), "x", Timestamp::default()) };
        assert_eq!(Extras::from(&post).alt.map(|alt| alt.len()), Some(LONGEST_ALT));
    }
}
