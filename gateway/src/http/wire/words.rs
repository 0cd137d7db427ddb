//! The words of enumerations, as names for the document: types without a value.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident = [$($word:literal),+]) => {
        $(#[$doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$($word),+])).into()
            }
        }

        impl ToSchema for $name {}
    };
}

words!(/// Where a task stands.
    StatusWord = ["open", "done", "missed", "skipped", "deleted"]);
words!(/// What the next time is counted from.
    RepeatWord = ["schedule", "completion"]);
words!(/// What a list is sorted by.
    SortWord = ["created", "due", "priority", "number"]);
words!(/// Which way round.
    OrderWord = ["asc", "desc"]);
