//! Pages.

pub(crate) mod landing;
