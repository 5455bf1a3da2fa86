//! x
mod letters;
mod scan;
