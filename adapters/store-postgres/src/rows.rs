//! Between rows and the domain's types.

use domain::ports::error::PortError;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row, Type};

use crate::error::{corrupt, failed};

/// A value as the JSON that is stored.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("the domain's types have text keys only and always serialize")
}

/// A column.
pub(crate) fn column<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    index: usize,
) -> Result<T, PortError> {
    row.try_get(index).map_err(failed)
}

/// A column that holds JSON.
pub(crate) fn doc<T: DeserializeOwned>(row: &PgRow, index: usize) -> Result<T, PortError> {
    serde_json::from_str(column(row, index)?).map_err(|error| corrupt(std::any::type_name::<T>(), error))
}

/// The first column of every row, as JSON.
pub(crate) fn docs<T: DeserializeOwned>(rows: &[PgRow]) -> Result<Vec<T>, PortError> {
    rows.iter().map(|row| doc(row, 0)).collect()
}

/// A column that holds a text form.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(row: &PgRow, index: usize) -> Result<T, PortError> {
    column::<&str>(row, index)?.parse().map_err(|error| corrupt(std::any::type_name::<T>(), error))
}

/// A column that holds a version, a number or a count.
pub(crate) fn count(row: &PgRow, index: usize) -> Result<u64, PortError> {
    u64::try_from(column::<i64>(row, index)?).map_err(|error| corrupt("number", error))
}

/// A version, a number or a count for the database.
pub(crate) fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A column that holds microseconds.
pub(crate) fn instant(row: &PgRow, index: usize) -> Result<Timestamp, PortError> {
    Timestamp::from_microsecond(column(row, index)?).map_err(|error| corrupt("instant", error))
}

/// A column that may hold microseconds.
pub(crate) fn maybe_instant(row: &PgRow, index: usize) -> Result<Option<Timestamp>, PortError> {
    let micros: Option<i64> = column(row, index)?;
    micros.map(Timestamp::from_microsecond).transpose().map_err(|error| corrupt("instant", error))
}

/// The microsecond at which an instant has certainly come: what is due is never found early.
pub(crate) fn rounded_up(at: Timestamp) -> i64 {
    let nanos = at.as_nanosecond();
    i64::try_from(nanos.div_euclid(1_000) + i128::from(nanos.rem_euclid(1_000) != 0)).unwrap_or(i64::MAX)
}
