//! Reading posts where it holds nobody up: on the processor's cores, in order.

use crate::{AppError, Kind, Result};
use std::{num::NonZero, sync::Arc};
use tertulia_store::post::PostRow;
use tertulia_understand::{Context, Desk, Grounds, Reading, Understander};

/// Fewer posts than this are not worth another core.
const WORTH: usize = 8;

/// A post to be read.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    text: String,
    context: Context,
}

impl Asked {
    /// Headline and text, without what it quotes, and what is known beside it.
    pub fn new(title: Option<&str>, text: &str, context: Context) -> Self {
        let text = match title.filter(|title| !title.trim().is_empty()) {
            Some(title) => format!("{title}\n{text}"),
            None => text.to_owned(),
        };
        Self { text, context }
    }

    /// A stored one, whose author came to us so often before.
    pub fn stored(post: &PostRow, recent_contacts: u32) -> Self {
        let followers = post.followers.and_then(|count| u64::try_from(count).ok());
        Self::new(post.title.as_deref(), &post.text, super::context(post.lang.as_deref(), followers, recent_contacts))
    }
}

/// What posts say, in order.
pub(crate) fn read(asked: &[Asked], grounds: &Grounds) -> Vec<Reading> {
    let posts: Vec<(&str, Context)> = asked.iter().map(|asked| (asked.text.as_str(), asked.context)).collect();
    Understander::built_in().read_all(&mut Desk::default(), &posts, grounds)
}

/// What one post says.
pub(crate) fn read_one(asked: Asked, grounds: &Grounds) -> Reading {
    read(&[asked], grounds).remove(0)
}

/// Every core there is.
pub(crate) fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// What posts say, in order, by as many cores as that; nothing else of this thread waits for it.
pub(crate) async fn read_on(cores: usize, mut asked: Vec<Asked>, grounds: &Arc<Grounds>) -> Result<Vec<Reading>> {
    let each = asked.len().div_ceil(cores.max(1)).max(WORTH);
    let mut parts = Vec::new();
    while !asked.is_empty() {
        let rest = asked.split_off(each.min(asked.len()));
        let (part, grounds) = (std::mem::replace(&mut asked, rest), Arc::clone(grounds));
        parts.push(tokio::task::spawn_blocking(move || read(&part, &grounds)));
    }
    let mut readings = Vec::new();
    for part in parts {
        readings.extend(part.await.map_err(|error| AppError {
            source: Some(Box::new(error)),
            ..AppError::new(Kind::Internal, "internal", "reading the posts failed; the log tells more")
        })?);
    }
    Ok(readings)
}

#[cfg(test)]
mod tests {
    //! Cores change nothing about what is said.
    use super::*;

    #[tokio::test]
    async fn many_cores_say_the_same_in_the_same_order() {
        let texts = (0..40).map(|n| format!("mensaje {n}: {}", ["gracias", "no llega mi pedido", "¿cuánto cuesta?"][n % 3]));
        let asked: Vec<Asked> = texts.map(|text| Asked::new(None, &text, Context::default())).collect();
        let grounds = Grounds::built_in();
        let alone: Vec<Reading> = asked.iter().map(|asked| read_one(asked.clone(), grounds)).collect();
        for cores in [1, 3, 100] {
            assert_eq!(read_on(cores, asked.clone(), grounds).await.expect("read"), alone, "{cores}");
        }
        assert!(read_on(4, Vec::new(), grounds).await.expect("read").is_empty());
    }
}
