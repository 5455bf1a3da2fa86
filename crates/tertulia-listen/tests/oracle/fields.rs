//! Every field, as people write it and as the naive evaluator understands it.

use tertulia_listen::ast::{Has, Is};

use super::posts::Seen;

/// (as written, whether a post passes)
pub type Test = (&'static str, fn(&Seen) -> bool);

fn one_of(own: Option<&str>, values: &[&str]) -> bool {
    own.is_some_and(|own| values.iter().any(|v| v.eq_ignore_ascii_case(own)))
}

fn any_of(own: &[&str], values: &[&str]) -> bool {
    own.iter().any(|own| one_of(Some(own), values))
}

fn leads(seen: &Seen, to: &[&str]) -> bool {
    seen.addresses().any(|(_, key)| to.contains(&key))
}

/// Fields that narrow a query down enough.
pub const NARROW: &[Test] = &[
    ("author:ana", |s| one_of(s.author, &["ana", "ana@x.social"])),
    ("Author:(@bob OR ana@x.social)", |s| one_of(s.author, &["bob", "ana@x.social"])),
    ("to:ana", |s| any_of(&s.to, &["ana", "@ana@x.social"])),
    ("to:@Bob", |s| any_of(&s.to, &["@bob"])),
    ("lang:es", |s| one_of(s.lang, &["es", "es-mx"])),
    ("lang:(pt OR es-MX)", |s| one_of(s.lang, &["pt", "es-mx"])),
    ("country:(mx OR AR)", |s| one_of(s.country, &["mx"])),
    ("channel:mastodon", |s| one_of(s.channel, &["mastodon"])),
    ("channel:\"MAIL\"", |s| one_of(s.channel, &["mail"])),
    ("site:x.com", |s| one_of(s.site, &["https://news.x.com/1", "x.com"])),
    ("site:news.x.com", |s| one_of(s.site, &["https://news.x.com/1"])),
    ("link:iberia.com", |s| leads(s, &["iberia.com/vuelo"])),
    ("link:(iberia.com/vue OR x.social/@ANA)", |s| leads(s, &["x.social/@ana?no=1"])),
    ("link:social", |s| leads(s, &["x.social/@ana?no=1"])),
    ("tag:urgente", |s| any_of(&s.tags, &["urgente"])),
    ("crm:segment:(oro OR prensa)", |s| any_of(&s.segments, &["oro", "prensa"])),
    ("crm:tier:1", |s| one_of(s.tier, &["1"])),
    ("is:customer", |s| s.is.contains(&Is::Customer)),
];

/// Fields many posts pass.
pub const BROAD: &[Test] = &[
    ("has:link", |s| s.has.contains(&Has::Link) || s.addresses().next().is_some()),
    ("has:image", |s| s.has.contains(&Has::Image)),
    ("has:(video OR emoji)", |s| s.has.contains(&Has::Video) || s.read().any(|p| p.emoji)),
    ("has:question", |s| s.read().any(|p| p.asks)),
    ("is:(reply OR repost)", |s| s.is.contains(&Is::Reply) || s.is.contains(&Is::Repost)),
    ("is:quote", |s| s.is.contains(&Is::Quote)),
    ("is:verified", |s| s.is.contains(&Is::Verified)),
    ("followers>2", |s| s.followers.is_some_and(|n| n > 2)),
    ("followers >= 2", |s| s.followers.is_some_and(|n| n >= 2)),
    ("followers:<2", |s| s.followers.is_some_and(|n| n < 2)),
    ("followers<=2", |s| s.followers.is_some_and(|n| n <= 2)),
    ("likes:1..3", |s| s.likes.is_some_and(|n| (1..=3).contains(&n))),
    ("likes:(0 OR >4)", |s| s.likes.is_some_and(|n| n == 0 || n > 4)),
    ("shares=2", |s| s.shares == Some(2)),
    ("age<0", |_| false),
    ("age>18446744073709551615", |_| false),
    ("age:3", |s| s.age == Some(3)),
    ("replies>=3", |s| s.replies.is_some_and(|n| n >= 3)),
];
