//! Roles, permissions, scopes and the send gate's decision. Pure.
