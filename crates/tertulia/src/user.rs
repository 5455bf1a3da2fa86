//! `tertulia user …`.

use crate::{config::Config, data, say};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use std::io::BufRead;
use tertulia_app::staff::users::{self, NewUser};
use tertulia_policy::Role;

/// What to do with users.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Create a user. Works while the server runs.
    Create(CreateArgs),
}

/// A user to create.
#[derive(Args)]
pub struct CreateArgs {
    /// E-mail address to sign in with.
    #[arg(long, env = "TERTULIA_USER_EMAIL")]
    email: String,
    /// Name; the e-mail's first part when absent.
    #[arg(long, env = "TERTULIA_USER_NAME")]
    name: Option<String>,
    /// Role.
    #[arg(long, value_enum, env = "TERTULIA_USER_ROLE")]
    role: RoleArg,
    /// Language of the console.
    #[arg(long, default_value = "es", env = "TERTULIA_USER_LOCALE")]
    locale: String,
    /// Key or name of a department; repeat for more.
    #[arg(long = "department", env = "TERTULIA_USER_DEPARTMENTS", value_delimiter = ',')]
    departments: Vec<String>,
    /// Read the password from the first line of standard input.
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleArg {
    Administrator,
    Supervisor,
    Agent,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Administrator => Self::Administrator,
            RoleArg::Supervisor => Self::Supervisor,
            RoleArg::Agent => Self::Agent,
        }
    }
}

/// Runs `tertulia user …`.
pub async fn run(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    let UserCommand::Create(args) = command;
    debug_assert!(args.password_stdin, "required by the command line");
    let mut password = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut password)
        .context(say::either("al leer la contraseña de la entrada estándar", "reading the password from standard input").to_owned())?;
    let password = password.trim_end_matches(['\r', '\n']);

    let app = data::open_app(config).await?;
    let known = app.store.read().await?.departments().await?;
    let department = |key: &String| {
        // A key is unique; a name need not be, so a key goes before it.
        let by_key = known.iter().find(|department| department.key == *key);
        let same = |name: &str| name.to_lowercase() == key.to_lowercase();
        let found = by_key.or_else(|| known.iter().find(|department| same(&department.name_es) || same(&department.name_en)));
        found.map(|department| department.id).with_context(|| {
            let keys = known.iter().map(|department| department.key.as_str()).collect::<Vec<_>>().join(", ");
            say::words(
                format!("no existe el departamento '{key}'; los que hay: {keys}"),
                format!("there is no department '{key}'; there are: {keys}"),
            )
        })
    };
    let departments = args.departments.iter().map(department).collect::<anyhow::Result<Vec<_>>>()?;
    let name = args.name.unwrap_or_else(|| args.email.split('@').next().unwrap_or_default().to_owned());
    let new = NewUser { email: args.email, name, role: args.role.into(), departments, locale: args.locale };
    let user = users::create(&app, new, password).await?;
    app.store.close().await;
    say::line(&format!("{} {} ({})", say::either("Se creó", "Created"), user.email, user.role.as_str()));
    Ok(())
}
