//! JSON in and out.

pub(crate) mod accepted;
pub(crate) mod edit;
pub(crate) mod event;
pub(crate) mod fields;
pub(crate) mod new_task;
pub(crate) mod task;
pub(crate) mod text;
pub(crate) mod when;
pub(crate) mod words;
