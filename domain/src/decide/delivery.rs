//! Reminders on their way.
use jiff::Timestamp;
use crate::change::Change;
use crate::ids::{DeliveryId, SeriesId};
use crate::place::Place;
use crate::ports::chat::{PostError, Posted, Posting};
use crate::ports::clock::Ids;
use crate::reminder::Reminder;
use crate::snapshot::{Needs, Snapshot};
use crate::tenant::TenantId;

/// Due reminders of one tenant for one place.
#[derive(Clone, Debug)]
pub struct Group { /// The tenant.
    pub tenant: TenantId, /// The place.
    pub place: Place, /// The reminders.
    pub reminders: Vec<Reminder> }
impl Group { /// Needs.
    pub fn needs(&self) -> Needs { Needs::in_tenant(self.tenant.clone()) } }
/// An attempt that was committed and may now be posted.
#[derive(Clone, Debug)]
pub struct Attempt { /// What to post.
    pub posting: Posting }
/// Claiming.
pub struct ClaimStep { /// change
    pub change: Change, /// stale
    pub stale_series: Vec<(TenantId, SeriesId)> }
/// Groups.
pub fn groups(_due: Vec<Reminder>) -> Vec<Group> { Vec::new() }
/// Claim.
pub fn claim(_s: &Snapshot, _g: &Group, _now: Timestamp, _ids: &dyn Ids) -> ClaimStep { ClaimStep { change: Change::default(), stale_series: Vec::new() } }
/// Begin.
pub fn begin(_s: &Snapshot, _id: DeliveryId, _now: Timestamp) -> Option<(Change, Option<Attempt>)> { None }
/// Settle.
pub fn settle(_s: &Snapshot, _a: &Attempt, _r: &Result<Posted, PostError>, _now: Timestamp, _ids: &dyn Ids) -> Option<Change> { None }
