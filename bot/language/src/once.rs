//! Lists that hold nothing twice.

use std::collections::HashSet;
use std::hash::Hash;

/// The list without repeats, in the order of first appearance.
pub(crate) fn once<T: Clone + Eq + Hash>(mut list: Vec<T>) -> Vec<T> {
    if list.len() > 1 {
        let mut seen = HashSet::with_capacity(list.len());
        list.retain(|item| seen.insert(item.clone()));
    }
    list
}
