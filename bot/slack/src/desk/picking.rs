//! A time that is picked in a dialog, and the message whose menu opened it.

use bot::Reply;
use domain::tenant::TenantId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::Desk;
use super::press::changes;
use super::sheets::Spot;

/// What a picked time is for, kept in the dialog until it is submitted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Picking {
    /// The tasks, as they are typed.
    pub(super) numbers: String,
    /// The message whose menu it was, if it was one.
    pub(super) channel: Option<String>,
    pub(super) ts: Option<String>,
    /// When it was opened: whoever opened it was there then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) opened: Option<Timestamp>,
    /// All tasks of the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rows: Vec<u64>,
}

impl Picking {
    /// All tasks of the message.
    fn all(&self) -> Vec<u64> {
        let picked = || self.numbers.split(' ').filter_map(|number| number.parse().ok()).collect();
        if self.rows.is_empty() { picked() } else { self.rows.clone() }
    }
}

impl Desk {
    /// The message whose menu opened a dialog says what became of it, too, a moment after the dialog.
    pub(super) fn show_picked(&self, tenant: TenantId, user: String, picking: Picking, reply: &Reply) {
        let numbers = picking.all();
        let (Some(channel), Some(ts)) = (picking.channel, picking.ts) else { return };
        if !changes(reply) {
            return;
        }
        let desk = self.clone();
        self.beside(async move {
            let spot = Spot { tenant: &tenant, user: &user, channel: &channel, ts: &ts };
            if let Err(error) = desk.show_sheet_anew(&spot, &numbers).await {
                warn!(%error, "the message could not be changed");
            }
        });
    }
}
