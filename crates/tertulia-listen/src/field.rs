//! What a query can ask of a post besides its words: fields and their values, and the texts a post has.
//!
//! A post that does not state a field never passes a test of it, whatever the test: `followers<10` does not match a post
//! whose author's followers are unknown, and `NOT followers<10` does.

use std::ops::RangeInclusive;

use serde::Serialize;

/// A test of one field of the post. Each holds at least one value and passes when any of them does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The field's value is one of these, in the form [`FieldName::key`] gives.
    Value(FieldName, Vec<String>),
    /// The post contains one of these.
    Has(Vec<Has>),
    /// The post, or its author, is one of these.
    Is(Vec<Is>),
    /// The number is in one of these ranges.
    Number(Quantity, Vec<Numbers>),
}

macro_rules! names {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $name:ident $text:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $type {
            $($(#[$doc])* $name),*
        }

        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name the language writes.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The one of a name, in any case.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str().eq_ignore_ascii_case(name))
            }
        }
    };
}

names! {
    /// A field whose value is a text.
    FieldName {
        /// The author's handle, with or without its server.
        Author "author",
        /// A handle the post is addressed to.
        To "to",
        /// The language; `es` holds `es-mx`.
        Lang "lang",
        /// The country, as a code of two letters.
        Country "country",
        /// The channel's name.
        Channel "channel",
        /// The site the post was published on; `example.com` holds `news.example.com`.
        Site "site",
        /// Where a link of the post leads: a site, or a site and the beginning of a path.
        Link "link",
        /// A label the post carries in the product.
        Tag "tag",
        /// A segment the author belongs to as a customer.
        Segment "crm:segment",
        /// The author's tier as a customer.
        Tier "crm:tier",
    }
}

names! {
    /// What a post can contain.
    Has {
        /// A web address, in the text or beside it.
        Link "link",
        /// A picture.
        Image "image",
        /// A video.
        Video "video",
        /// An emoji in the headline or text.
        Emoji "emoji",
        /// A question mark of any script in the headline or text, outside web addresses.
        Question "question",
    }
}

names! {
    /// What a post, or its author, can be.
    Is {
        /// An answer to another post.
        Reply "reply",
        /// Someone else's post, repeated.
        Repost "repost",
        /// A comment on another post it shows.
        Quote "quote",
        /// Written by an account its network has verified.
        Verified "verified",
        /// Written by someone known as a customer.
        Customer "customer",
    }
}

names! {
    /// A number known of a post.
    Quantity {
        /// The author's followers.
        Followers "followers",
        /// How often the post was liked.
        Likes "likes",
        /// How often it was shared.
        Shares "shares",
        /// How many days old the author's account was when the post was written.
        Age "age",
        /// How often it was answered.
        Replies "replies",
    }
}

names! {
    /// A text of the post that words can be looked for in.
    Zone {
        /// The headline or subject.
        Title "title",
        /// The text people read.
        Body "body",
        /// What the author's profile says.
        Bio "bio",
        /// The words of its web addresses.
        Url "url",
        /// The descriptions of its pictures.
        Alt "alt",
    }
}

/// A set of [`Zone`]s, never empty in a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Zones(u8);

impl Zones {
    /// Where words are looked for when the query does not say: headline and text.
    pub const DEFAULT: Self = Self(1 << Zone::Title as u8 | 1 << Zone::Body as u8);

    /// The same set and one more.
    #[must_use]
    pub const fn with(self, zone: Zone) -> Self {
        Self(self.0 | 1 << zone as u8)
    }

    /// Those that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when the set holds `zone`.
    #[must_use]
    pub const fn holds(self, zone: Zone) -> bool {
        self.0 >> zone as u8 & 1 == 1
    }

    /// Those in the set, in the order of [`Zone::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Zone> {
        Zone::ALL.iter().copied().filter(move |zone| self.holds(*zone))
    }
}

/// Numbers a query accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Numbers {
    /// Compared with one number.
    Compared(Comparison, u64),
    /// `a..b`, both included; `a` is not above `b`.
    Between(u64, u64),
}

impl Numbers {
    /// The least and the greatest number accepted; an empty range when none is.
    #[must_use]
    pub fn bounds(self) -> RangeInclusive<u64> {
        #[expect(clippy::reversed_empty_ranges, reason = "the empty range is what is meant")]
        const NONE: RangeInclusive<u64> = 1..=0;
        match self {
            Self::Compared(Comparison::More, n) => n.checked_add(1).map_or(NONE, |n| n..=u64::MAX),
            Self::Compared(Comparison::AtLeast, n) => n..=u64::MAX,
            Self::Compared(Comparison::Less, n) => n.checked_sub(1).map_or(NONE, |n| 0..=n),
            Self::Compared(Comparison::AtMost, n) => 0..=n,
            Self::Compared(Comparison::Equal, n) => n..=n,
            Self::Between(from, to) => from..=to,
        }
    }

    /// True when `number` is accepted.
    #[must_use]
    pub fn hold(self, number: u64) -> bool {
        self.bounds().contains(&number)
    }
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=` or `:`
    Equal,
}

impl Comparison {
    /// The sign as the language prints it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
        }
    }
}
