//! `/api/v1/tasks`.

pub(super) mod create;
pub(super) mod filter;
pub(super) mod list;
pub(super) mod one;
pub(super) mod target;
pub(super) mod work;
