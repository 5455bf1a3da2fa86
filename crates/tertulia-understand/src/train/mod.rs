//! Training: from posts with labels to classifiers. Deterministic: the same posts in the same order give the same weights.

pub mod dense;
pub mod shape;
pub mod sparse;
