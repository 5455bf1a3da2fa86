//! The listening language: parse, explain and match posts.
