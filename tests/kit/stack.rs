//! A stack that one test alone uses, and whose parts it may stop.

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::process::Command;

/// Parts of `ci/stack.sh` on a folder of their own, taken down with this.
pub struct OwnStack {
    script: PathBuf,
    folder: TempDir,
    said: String,
}

impl OwnStack {
    /// With these parts up.
    pub async fn up(parts: &[&str]) -> Self {
        let script = std::env::var_os("STACK_SH");
        let script = script.unwrap_or_else(|| panic!("STACK_SH names no script: run ci/test.sh, or: ci/stack.sh up"));
        // On a disk: /tmp may be memory, where fsync means nothing.
        let folder = tempfile::Builder::new().prefix("taskbot-stack-").tempdir_in("/var/tmp").expect("a folder");
        let mut stack = Self { script: script.into(), folder, said: String::new() };
        stack.run(&[&["up"], parts].concat()).await;
        stack.said = stack.run(&["env"]).await;
        stack
    }

    /// What a line of its `env` says.
    pub fn value(&self, name: &str) -> &str {
        let values = self.said.lines().filter_map(|line| line.split_once('='));
        let value = values.filter(|(key, _)| *key == name).map(|(_, value)| value).next();
        value.unwrap_or_else(|| panic!("{name} is not in:\n{}", self.said))
    }

    /// Its database as the service reaches it, with the tables of this release.
    pub async fn migrated(&self) -> String {
        store_postgres::migrate(self.value("TASKBOT_MIGRATE__DATABASE_URL"), None, |_| {}).await.expect("migrated");
        self.value("TASKBOT_DATABASE_URL").to_owned()
    }

    /// Where its Kafka listens.
    pub fn brokers(&self) -> String {
        self.value("TASKBOT_EVENTS_URL").trim_start_matches("kafka://").to_owned()
    }

    /// Like a power cut.
    pub async fn kill(&self, part: &str) {
        self.run(&["stop", part, "--kill"]).await;
    }

    /// Gently.
    pub async fn stop(&self, part: &str) {
        self.run(&["stop", part]).await;
    }

    /// Loses the data of a part that does not run.
    pub fn lose(&self, part: &str) {
        std::fs::remove_dir_all(self.folder.path().join("stack").join(part).join("data")).expect("removed");
    }

    /// The same data at the same port.
    pub async fn start(&self, part: &str) {
        self.run(&["start", part]).await;
    }

    async fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new(&self.script);
        command.args(args).env("STACK_DIR", self.folder.path().join("stack"));
        let output = command.output().await.expect("the stack's script runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Drop for OwnStack {
    fn drop(&mut self) {
        let mut down = std::process::Command::new(&self.script);
        let ended = down.arg("down").env("STACK_DIR", self.folder.path().join("stack")).output();
        if let Err(error) = ended {
            eprintln!("the stack in {} was left running: {error}", self.folder.path().display());
        }
    }
}
