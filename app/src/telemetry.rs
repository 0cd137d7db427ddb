//! Logs to stderr (JSON or for people) and the metrics recorder.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts the logs. `chatting`: a chat is on the same terminal, which logs should not drown.
///
/// # Errors
/// When the level is no filter.
pub(crate) fn start_logs(log: &Log, chatting: bool) -> Result<()> {
    let filter = filter(log, chatting)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let json = match log.format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    if json {
        builder.json().flatten_event(true).with_current_span(false).with_span_list(true).init();
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).init();
    }
    Ok(())
}

/// What of the logs is written.
///
/// # Errors
/// When the level is no filter.
pub(crate) fn filter(log: &Log, chatting: bool) -> Result<EnvFilter> {
    let default = if chatting { "warn" } else { "info" };
    let level = if log.level.is_empty() { default } else { log.level.as_str() };
    EnvFilter::try_new(level).context("TASKBOT_LOG__LEVEL is no filter; try info or warn")
}

/// Installs the recorder behind `/metrics`.
///
/// # Errors
/// When a recorder is installed already.
pub(crate) fn start_metrics() -> Result<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().context("metrics")
}
