//! The `hedgerow` command: one role per process, or all in one, and everything an operator, an officer or a school does
//! from a terminal.

use std::{path::PathBuf, process::ExitCode};

use chassis::error::Error;
use clap::{Parser, Subcommand};
use hedgerow::{command, config::Config};

/// Online-safety work of many schools on one installation.
#[derive(Debug, Parser)]
#[command(name = "hedgerow", version, propagate_version = true)]
struct Cli {
    /// The configuration file; without one, defaults and the environment apply.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the embedded default's databases and keys.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run one role (policy-registry, incident-cases, filtering-ingest, reporting, gateway), or all of them.
    Serve(command::serve::Serve),
    /// Run everything with a fictional authority, three schools and a term of history.
    Demo(command::serve::Demo),
    /// Bring the databases up to date and end.
    Migrate(command::operate::Migrate),
    /// Make an installation's first account.
    Bootstrap(command::serve::Bootstrap),
    /// Sign in at a gateway; prints the session token.
    SignIn(command::client::SignIn),
    /// Schools of the authority.
    #[command(subcommand)]
    School(command::client::School),
    /// Templates and schools' policies.
    #[command(subcommand)]
    Policy(command::policy::Policy),
    /// A school’s cases: what is due in them, and the work on them.
    #[command(subcommand)]
    Cases(command::cases::Cases),
    /// A school's roll.
    #[command(subcommand)]
    Learners(command::learners::Learners),
    /// Encrypted files: a child's file as one school sends it to another, and whatever else left a school.
    #[command(subcommand)]
    Package(command::package::Package),
    /// Filter logs.
    #[command(subcommand)]
    Logs(command::logs::Logs),
    /// Reports.
    #[command(subcommand)]
    Reports(command::client::Reports),
    /// Call any rpc of the contract with a JSON request.
    Call(command::client::Call),
    /// The history.
    #[command(subcommand)]
    Audit(command::audit::Audit),
    /// The keys of an installation.
    #[command(subcommand)]
    Keys(command::operate::Keys),
    /// The configuration.
    #[command(subcommand)]
    Config(command::operate::ConfigCommand),
    /// Ask an address whether it is well; for containers.
    Healthcheck(command::operate::Healthcheck),
    /// Check an installation and say how to mend what is wrong.
    Doctor {
        /// The processes that are looked at; all of them where none is named.
        processes: Vec<String>,
    },
}

fn main() -> ExitCode {
    chassis::serve::built_from(env!("BUILT_COMMIT"));
    let cli = Cli::parse();
    // `hedgerow … | head` ends quietly. A server goes on when nobody reads what it says.
    if !matches!(cli.command, Command::Serve(_) | Command::Demo(_)) {
        sigpipe::reset();
    }
    // What is not touched of a stack takes no memory, and a build without optimisation touches much.
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Command::Policy(command::policy::Policy::Lint(lint)) = &cli.command {
        return lint.run().unwrap_or_else(|error| {
            explain(&error);
            ExitCode::from(command::lint::NOT_JUDGED)
        });
    }
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            explain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Error> {
    if let Command::Policy(command::policy::Policy::Check(check)) = &cli.command {
        return check.run();
    }
    if let Command::Logs(logs) = &cli.command
        && let Some(done) = logs.run_alone()
    {
        return done;
    }
    if let Command::Package(package) = &cli.command {
        return package.run();
    }
    let config = Config::load(cli.config.as_deref(), cli.data_dir)?;
    match cli.command {
        Command::Serve(serve) => serve.run(config).await,
        Command::Demo(demo) => demo.run(config).await,
        Command::Migrate(migrate) => migrate.run(&config).await,
        Command::Bootstrap(bootstrap) => bootstrap.run(config).await,
        Command::SignIn(sign_in) => sign_in.run(&config).await,
        Command::School(school) => school.run(&config).await,
        Command::Policy(policy) => policy.run(&config).await,
        Command::Cases(cases) => cases.run(&config).await,
        Command::Learners(learners) => learners.run(&config).await,
        Command::Package(package) => package.run(),
        Command::Logs(logs) => logs.run(&config).await,
        Command::Reports(reports) => reports.run(&config).await,
        Command::Call(call) => call.run(&config).await,
        Command::Audit(audit) => audit.run(&config).await,
        Command::Keys(keys) => keys.run(&config),
        Command::Config(show) => show.run(&config),
        Command::Healthcheck(check) => check.run().await,
        Command::Doctor { processes } => command::operate::doctor(&config, &processes).await,
    }
}

/// Prints a refusal as the console would show it: what is wrong, then field by field.
fn explain(error: &Error) {
    eprintln!("error: {}", error.message());
    for violation in error.violations() {
        eprintln!("  {}: {}", violation.field, violation.message);
    }
    for key in ["gate", "missing_step", "prohibition", "error_id"] {
        if let Some(value) = error.metadata(key) {
            eprintln!("  {key}: {value}");
        }
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
}
