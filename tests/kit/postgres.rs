//! A database of its own for each test, on the PostgreSQL that `ci/stack.sh` starts: a copy of a template that was
//! migrated once, dropped afterwards.

use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// A database, dropped with this.
pub struct Database {
    name: String,
}

/// A variable of the stack.
fn stack(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: these tests need a real PostgreSQL; run ci/test.sh, or `ci/stack.sh up` first")
    })
}

/// The login that may create databases and roles, in this database.
fn owner(database: &str) -> PgConnectOptions {
    let options: PgConnectOptions = stack("STACK_POSTGRES_URL").parse().expect("a URL");
    options.database(database)
}

async fn run(options: PgConnectOptions, statement: String) -> Result<u64, sqlx::Error> {
    let mut connection = options.connect().await?;
    let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await;
    connection.close().await?;
    done.map(|done| done.rows_affected())
}

impl Database {
    /// One with the schema in place.
    pub async fn migrated() -> Self {
        let template = TEMPLATE.get_or_init(template).await;
        Self::created(&format!("TEMPLATE {template}")).await
    }

    /// An empty one.
    pub async fn empty() -> Self {
        Self::created("TEMPLATE template0").await
    }

    /// Another one that holds what this one does, to which nobody may be connected.
    pub async fn copy(&self) -> Self {
        Self::created(&format!("TEMPLATE {}", self.name)).await
    }

    async fn created(how: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "several runs may share the server")]
        let name = format!("taskbot_test_{}", uuid::Uuid::new_v4().as_simple());
        run(owner("postgres"), format!("CREATE DATABASE {name} {how}")).await.expect("a database");
        Self { name }
    }

    /// As the service sees it.
    pub fn url(&self) -> String {
        let options: PgConnectOptions = stack("STACK_POSTGRES_LOGIN_URL").parse().expect("a URL");
        options.database(&self.name).to_url_lossy().to_string()
    }

    /// As its owner sees it.
    pub fn owner_url(&self) -> String {
        owner(&self.name).to_url_lossy().to_string()
    }

    /// Runs a statement as the owner.
    pub async fn sql(&self, statement: &str) -> Result<u64, String> {
        let options = owner(&self.name).options([("search_path", "taskbot")]);
        run(options, statement.to_owned()).await.map_err(|error| error.to_string())
    }

    /// Changes the database itself, from outside, so that no setting of it stands in the way.
    pub async fn alter(&self, how: &str) {
        run(owner("postgres"), format!("ALTER DATABASE {} {how}", self.name)).await.expect("altered");
    }

    /// A connection of the service's login that has taken a role on.
    pub async fn role(&self, role: &str) -> PgConnection {
        let options: PgConnectOptions = self.url().parse().expect("a URL");
        let mut connection = options.options([("search_path", "taskbot")]).connect().await.expect("a connection");
        let take_on = sqlx::raw_sql(AssertSqlSafe(format!("SET ROLE {role}")));
        connection.execute(take_on).await.expect("the role");
        connection
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(owner("postgres"), statement)).map(drop).ok();
        });
        dropping.join().ok();
    }
}

/// Makes the template, unless an earlier run with the same migrations did.
async fn template() -> String {
    let name = format!("taskbot_template_{:016x}", migrations());
    let mut lock = owner("postgres").connect().await.expect("PostgreSQL answers");
    lock.execute("SELECT pg_advisory_lock(hashtext('taskbot.template'))").await.expect("a lock");
    let exists = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
    let exists: bool = sqlx::query_scalar(exists).bind(&name).fetch_one(&mut lock).await.expect("an answer");
    if !exists {
        let half = format!("{name}_half");
        run(owner("postgres"), format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)")).await.expect("dropped");
        run(owner("postgres"), format!("CREATE DATABASE {half} TEMPLATE template0")).await.expect("a database");
        let url = owner(&half).to_url_lossy().to_string();
        store_postgres::migrate(&url, None, |_| {}).await.expect("migrated");
        run(owner("postgres"), format!("ALTER DATABASE {half} RENAME TO {name}")).await.expect("renamed");
    }
    lock.close().await.expect("closed");
    name
}

/// A digest of the migrations.
fn migrations() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/postgres");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("migrations").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).expect("a migration").hash(&mut hasher);
    }
    hasher.finish()
}
