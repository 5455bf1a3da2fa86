//! Typed ids, time, entropy and text: the words every other crate shares.
