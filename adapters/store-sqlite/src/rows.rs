//! Between rows and the domain's types.

use domain::ports::error::PortError;
use jiff::Timestamp;
use rusqlite::types::{FromSql, Value, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::corrupt;

/// A row, apart from the statement that found it.
#[derive(Debug)]
pub(crate) struct Row(Vec<Value>);

impl Row {
    /// The first so many columns.
    pub(crate) fn read(row: &rusqlite::Row<'_>, width: usize) -> rusqlite::Result<Self> {
        (0..width).map(|index| row.get(index)).collect::<rusqlite::Result<_>>().map(Self)
    }

    /// A column; nothing where there is none.
    fn at(&self, index: usize) -> ValueRef<'_> {
        self.0.get(index).map_or(ValueRef::Null, ValueRef::from)
    }
}

/// A value as the JSON that is stored.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("the domain's types have text keys only and always serialize")
}

/// Texts as a JSON array, for `json_each`.
pub(crate) fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    json(&values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>())
}

/// A column.
pub(crate) fn column<T: FromSql>(row: &Row, index: usize) -> Result<T, PortError> {
    T::column_result(row.at(index)).map_err(|error| corrupt(std::any::type_name::<T>(), error))
}

/// A column that holds text.
pub(crate) fn text(row: &Row, index: usize) -> Result<&str, PortError> {
    row.at(index).as_str().map_err(|error| corrupt("text", error))
}

/// A column that holds JSON.
pub(crate) fn doc<T: DeserializeOwned>(row: &Row, index: usize) -> Result<T, PortError> {
    serde_json::from_str(text(row, index)?).map_err(|error| corrupt(std::any::type_name::<T>(), error))
}

/// The first column of every row, as JSON.
pub(crate) fn docs<T: DeserializeOwned>(rows: &[Row]) -> Result<Vec<T>, PortError> {
    rows.iter().map(|row| doc(row, 0)).collect()
}

/// A column that holds a text form.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(row: &Row, index: usize) -> Result<T, PortError> {
    text(row, index)?.parse().map_err(|error| corrupt(std::any::type_name::<T>(), error))
}

/// A column that holds a version, a number or a count.
pub(crate) fn count(row: &Row, index: usize) -> Result<u64, PortError> {
    u64::try_from(column::<i64>(row, index)?).map_err(|error| corrupt("number", error))
}

/// A version, a number or a count for the database.
pub(crate) fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A column that holds microseconds.
pub(crate) fn instant(row: &Row, index: usize) -> Result<Timestamp, PortError> {
    Timestamp::from_microsecond(column(row, index)?).map_err(|error| corrupt("instant", error))
}

/// A column that may hold microseconds.
pub(crate) fn maybe_instant(row: &Row, index: usize) -> Result<Option<Timestamp>, PortError> {
    let micros: Option<i64> = column(row, index)?;
    micros.map(Timestamp::from_microsecond).transpose().map_err(|error| corrupt("instant", error))
}

/// The microsecond at which an instant has certainly come: what is due is never found early.
pub(crate) fn rounded_up(at: Timestamp) -> i64 {
    let nanos = at.as_nanosecond();
    i64::try_from(nanos.div_euclid(1_000) + i128::from(nanos.rem_euclid(1_000) != 0)).unwrap_or(i64::MAX)
}
