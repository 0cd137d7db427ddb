//! Looking at every token before anything depends on it.

use domain::ports::error::PortError;
use domain::ports::installations::Installation;

use crate::Slack;
use crate::api::CallError;
use crate::options::Secret;
use crate::scopes::missing;

/// What was looked at, and what is so of it, or is wrong with it.
pub type Finding = (String, Result<String, String>);

impl Slack {
    /// Asks Slack about each token: of the configuration, and of every workspace that has not removed the bot.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn examine(&self) -> Result<Vec<Finding>, PortError> {
        let mut findings = Vec::new();
        if let Some(token) = &self.options.bot_token {
            let found = self.bot_token(token).await;
            findings.push(("slack bot token".to_owned(), found));
        }
        if let Some(token) = &self.options.app_token {
            let found = self.api.wire().socket(token).await;
            let found = found.map(|_| "Socket Mode may be opened".to_owned()).map_err(|error| app_token(&error));
            findings.push(("slack app token".to_owned(), found));
        }
        for row in self.workspaces.rows().await? {
            findings.extend(self.workspace(&row).await);
        }
        Ok(findings)
    }

    async fn bot_token(&self, token: &Secret) -> Result<String, String> {
        let inspected = self.api.wire().inspect(token).await.map_err(|error| wrong(&error))?;
        match inspected.scopes.map(|scopes| missing(&scopes)).unwrap_or_default().as_slice() {
            [] => Ok(format!("good in the workspace {}", inspected.workspace)),
            lacking => Err(format!(
                "it lacks {}; add what contracts/slack-manifest.json lists under OAuth & Permissions, and install the \
                 app again",
                lacking.join(", ")
            )),
        }
    }

    async fn workspace(&self, row: &Installation) -> Option<Finding> {
        let what = format!("slack workspace {} ({})", row.workspace, row.tenant);
        if let Some(since) = row.asleep_since {
            return Some((what, Ok(format!("removed the bot on {since:.0}; what is due there is held"))));
        }
        row.token.as_ref()?;
        let found = match self.workspaces.token(row) {
            Some(token) => self.bot_token(&token).await,
            None => Err("no key opens its token; TASKBOT_SLACK__TOKEN_KEY lacks the one that closed it".to_owned()),
        };
        Some((what, found))
    }
}

fn wrong(error: &CallError) -> String {
    match error {
        error if error.is_farewell() => format!(
            "Slack does not know it ({error}); copy the Bot User OAuth Token, xoxb-…, from OAuth & Permissions, or \
             install the app again"
        ),
        CallError::Refused(word) if word == "not_allowed_token_type" => {
            "it is no bot token; a bot token begins with xoxb-".to_owned()
        }
        error => error.to_string(),
    }
}

fn app_token(error: &CallError) -> String {
    match error {
        CallError::Refused(word) if word == "missing_scope" => "it lacks connections:write".to_owned(),
        CallError::Refused(word) => format!(
            "Slack does not accept it ({word}); make one with connections:write under Basic Information, App-Level Tokens"
        ),
        error => error.to_string(),
    }
}
