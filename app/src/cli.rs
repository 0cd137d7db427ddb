//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Tasks and reminders, where you already talk.
#[derive(Debug, Parser)]
#[command(name = "taskbot", version, about, arg_required_else_help = false)]
pub(crate) struct Cli {
    /// What to do; without a word: `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the bot: REST and chat API over HTTP, every consumer, and a chat on the terminal if there is one.
    Serve(Serve),
    /// Chat on standard input and output; ends when the input ends and the reminders of the next 10 s are out.
    Console(Console),
    /// Read JSON lines with what people type, write JSON lines with what it means.
    Parse,
    /// Bring the database's tables up to date, and say how they stand.
    Migrate {
        /// Then bring everything over from this database, e.g. sqlite://taskbot.db, into the configured PostgreSQL,
        /// which must be empty.
        #[arg(long, value_name = "URL")]
        from: Option<String>,
    },
    /// Write everything in the database to one file, as of one moment, while it is in use.
    Backup {
        /// The file, which must not be there yet.
        file: PathBuf,
    },
    /// Fill an empty database from a backup. Reminders that were due by then are held back until they are released.
    Restore {
        /// What `taskbot backup` wrote.
        #[arg(required_unless_present = "release")]
        file: Option<PathBuf>,
        /// Let the reminders go that a restore holds back.
        #[arg(long, conflicts_with = "file")]
        release: bool,
    },
    /// Make, list and revoke access tokens.
    #[command(subcommand)]
    Token(Token),
    /// Verify the audit log against its seals.
    #[command(subcommand)]
    Audit(Audit),
    /// See and replay what a consumer gave up on.
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Publish again what the outbox still holds, from its beginning: after Kafka has lost it.
    Republish {
        /// Only say what would be published.
        #[arg(long)]
        dry_run: bool,
    },
    /// Say why a task, reminder or event is where it is.
    Explain {
        /// The id of a task, reminder or event, or a short number.
        id: String,
    },
    /// Check the configuration and what it points at, without starting.
    Check(Serve),
}

impl Cli {
    /// What a command ends with that could not do its work. A verification that could not be made is told from one that
    /// found something, which ends with 1.
    pub(crate) fn failed(&self) -> ExitCode {
        ExitCode::from(if matches!(self.command, Some(Command::Audit(_))) { 2 } else { 1 })
    }
}

/// Options of `serve` and `check`.
#[derive(Debug, Default, Args)]
pub(crate) struct Serve {
    /// The roles of the process; the embedded bus needs all of them in one.
    #[arg(long, value_delimiter = ',')]
    pub roles: Vec<Role>,
}

/// A role that a process can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Chat.
    Bot,
    /// REST.
    Gateway,
    /// Outbox to Kafka.
    Relay,
    /// The audit log.
    Audit,
    /// The next occurrence.
    Recurrence,
    /// Due reminders.
    Reminders,
    /// Live updates.
    Sync,
}

impl Role {
    /// The word on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Gateway => "gateway",
            Self::Relay => "relay",
            Self::Audit => "audit",
            Self::Recurrence => "recurrence",
            Self::Reminders => "reminders",
            Self::Sync => "sync",
        }
    }
}

/// Options of `console`.
#[derive(Debug, Args)]
pub(crate) struct Console {
    /// Who is chatting: a name such as ana.
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// The channel in which the chat takes place; without it, a direct message.
    #[arg(long)]
    pub channel: Option<String>,
}

/// Access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make one; it alone is printed on standard output, this once.
    Create {
        /// Whose: ana, slack:TEAM/USER, discord:GUILD/USER.
        #[arg(long)]
        user: String,
        /// How long it lives, e.g. 30d, 12h; without it, 90 days.
        #[arg(long, default_value = "90d")]
        expires: String,
    },
    /// List a person's tokens.
    List {
        /// Whose.
        #[arg(long)]
        user: String,
    },
    /// Take one back.
    Revoke {
        /// Whose.
        #[arg(long)]
        user: String,
        /// Its id, as `token list` shows it.
        id: String,
    },
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Read all of it and say whether it is intact, erased in places, or tampered with; ends with 1 if it was.
    Verify {
        /// The file of checkpoints; without it, the configured one.
        #[arg(long)]
        checkpoints: Option<PathBuf>,
        /// The key that signed them, 64 hex digits; without it, that of the configured signing key.
        #[arg(long)]
        public_key: Option<String>,
    },
}

/// Dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetters {
    /// What consumers gave up on, and why.
    List {
        /// Of this consumer only, or of the relay.
        #[arg(long, value_parser = ["audit", "recurrence", "reminders", "relay"])]
        consumer: Option<String>,
    },
    /// Hand one or all to their consumer again.
    Replay {
        /// The row's number, or `all`.
        which: String,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
    },
}
