//! One module per network.
