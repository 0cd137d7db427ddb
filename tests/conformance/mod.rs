//! One suite per port, which every adapter of that port must pass.
