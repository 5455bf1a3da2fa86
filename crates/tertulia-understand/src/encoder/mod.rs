//! Meanings as vectors: texts in Spanish, English and Portuguese that say the same have vectors that point the same way.

mod embedding;

pub use embedding::{DIMS, Embedding};
