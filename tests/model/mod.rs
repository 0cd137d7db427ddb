//! What has to hold whatever comes when, tried in every order of steps that there is within small bounds: the model
//! drives the code that ships, and a variant that is known to be wrong must be refuted.

mod deliveries;
mod outbox;
mod relay;
