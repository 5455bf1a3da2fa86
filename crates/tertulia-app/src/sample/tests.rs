//! The sample company follows its documented formats, loads once and leaves no trace.
