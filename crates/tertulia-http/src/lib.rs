//! The HTTP server: API, live updates, widget and the embedded console.
