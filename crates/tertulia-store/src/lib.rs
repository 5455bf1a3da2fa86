//! SQLite and PostgreSQL behind one concrete Store.
