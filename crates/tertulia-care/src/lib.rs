//! Cases: rules, their states and who is offered them. Pure.
