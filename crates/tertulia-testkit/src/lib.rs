//! Test application, virtual clock and real peers for tests.
