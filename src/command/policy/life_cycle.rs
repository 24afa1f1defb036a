//! `hedgerow policy reviews`, `review-complete`, `emergency` and `lessons`: what happens to a policy besides its text.

use chassis::error::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{command::client::ask, config::Config};

/// What happens to a school's policy besides its text.
#[derive(Debug, Subcommand)]
pub enum LifeCycle {
    /// Prints the reviews of a school's policy: those that wait by their day, then those done.
    Reviews(At),
    /// Records what a review came to.
    ReviewComplete(ReviewComplete),
    /// Brings an approved version into force before the governors ratify it.
    Emergency(Emergency),
    /// Prints a school's lessons, or those that schools put to the authority.
    Lessons {
        /// The school; the lessons put to the authority without it.
        #[arg(long)]
        school: Option<String>,
        /// How it is printed: `text` or `json`.
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        output: String,
    },
}

/// A school, and how an answer is printed.
#[derive(Debug, Args)]
pub struct At {
    /// The school.
    #[arg(long)]
    school: String,
    /// How it is printed: `text` or `json`.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

/// What a review came to.
#[derive(Debug, Args)]
pub struct ReviewComplete {
    /// The review, `rev_…`, or `yearly`.
    review: String,
    /// The school.
    #[arg(long)]
    school: String,
    /// `unchanged` or `revised`.
    #[arg(long, value_parser = ["unchanged", "revised"])]
    outcome: String,
    /// What was looked at and found; it names nobody.
    #[arg(long)]
    findings: String,
    /// When the policy is looked at again, such as `2027-03-27`; as late as the template allows without it.
    #[arg(long)]
    next: Option<String>,
}

/// A version that cannot wait.
#[derive(Debug, Args)]
pub struct Emergency {
    /// The version, `ins_…`.
    instance: String,
    /// The school.
    #[arg(long)]
    school: String,
    /// Why it cannot wait for the governors, in 20 characters or more.
    #[arg(long)]
    reason: String,
}

impl LifeCycle {
    /// Runs it.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Reviews(At { school, output }) => {
                let reviews = all(config, "ListReviews", json!({"schoolId": school}), "reviews").await?;
                print(&output, &reviews, |review| {
                    let id = review["reviewId"].as_str().filter(|id| !id.is_empty()).unwrap_or("yearly");
                    let word = match (review["outcome"].as_str(), review["overdue"].as_bool()) {
                        (Some(outcome), _) if !outcome.is_empty() => outcome,
                        (_, Some(true)) => "overdue",
                        _ => "due",
                    };
                    format!("{id}  {}  {}  {word}", text(&review["trigger"]), text(&review["dueDate"]))
                })
            }
            Self::ReviewComplete(done) => {
                let request = json!({
                    "schoolId": done.school, "reviewId": done.review, "outcome": done.outcome,
                    "findings": done.findings, "nextReviewDate": done.next.unwrap_or_default(),
                });
                let answer = ask(config, "CompleteReview", request).await?;
                println!("{} {}", text(&answer["review"]["reviewId"]), text(&answer["review"]["outcome"]));
                Ok(())
            }
            Self::Emergency(Emergency { instance, school, reason }) => {
                let which = json!({"schoolId": school, "instanceId": instance});
                let now = ask(config, "GetInstance", which.clone()).await?;
                let mut request = which;
                request["etag"] = now["instance"]["etag"].clone();
                request["reason"] = reason.into();
                let answer = ask(config, "PublishEmergency", request).await?;
                let by = text(&answer["instance"]["emergency"]["ratifyByDate"]);
                println!("{}: the governors ratify it by {by}", text(&answer["instance"]["state"]));
                Ok(())
            }
            Self::Lessons { school, output } => {
                let lessons = match school {
                    Some(school) => all(config, "ListLessons", json!({"schoolId": school}), "lessons").await?,
                    None => all(config, "ListForwardedLessons", json!({}), "lessons").await?,
                };
                print(&output, &lessons, |lesson| {
                    let answer = |field: &str| match text(&lesson[field]) {
                        "" => "waits".to_owned(),
                        outcome => outcome.to_owned(),
                    };
                    let forwarded = lesson["forwardTime"].is_string();
                    let theirs =
                        if forwarded { format!(", authority: {}", answer("authorityOutcome")) } else { String::new() };
                    let id = text(&lesson["lessonId"]);
                    format!("{id}  school: {}{theirs}\n    {}", answer("outcome"), text(&lesson["text"]))
                })
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Every page of a list.
async fn all(config: &Config, method: &str, mut request: Value, field: &str) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    loop {
        let answer = ask(config, method, request.clone()).await?;
        found.extend(answer[field].as_array().cloned().unwrap_or_default());
        match text(&answer["nextPageToken"]) {
            "" => return Ok(found),
            token => request["pageToken"] = token.into(),
        }
    }
}

fn print(output: &str, found: &[Value], line: impl Fn(&Value) -> String) -> Result<()> {
    if output == "json" {
        println!("{}", serde_json::to_string_pretty(found)?);
    } else {
        found.iter().for_each(|one| println!("{}", line(one)));
    }
    Ok(())
}
