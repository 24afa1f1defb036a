//! What somebody wrote and could not send because the session had ended: their own, to send after all or to delete.

use axum::extract::Path;
use chassis::error::Error;
use serde::Serialize;

use super::{
    posted::Posted,
    visit::{Answer, Visit},
};
use crate::{
    pages::{
        Page,
        part::{Head, Link},
        words,
    },
    unsent::Unsent,
};

/// The forms somebody could not send.
#[derive(Debug, Serialize)]
pub struct UnsentPage {
    head: Head,
    forms: Vec<Kept>,
}

#[derive(Debug, Serialize)]
struct Kept {
    when: String,
    words: String,
    open: Link,
    delete: String,
}

impl Page for UnsentPage {
    const TEMPLATE: &'static str = "unsent.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        use crate::unsent::Form;
        let form = Form {
            page: "/schools/sch_1/report".into(),
            action: "/schools/sch_1/report".into(),
            answers: vec![("safe_now".into(), "no".into()), ("narrative".into(), "First <line>\nSecond".into())],
        };
        let unsent = Unsent { id: "0f".into(), form, kept_at: time::macros::datetime!(2026-11-24 09:00 UTC) };
        vec![Self::new(&[unsent.clone(), unsent]), Self::new(&[])]
    }
}

impl UnsentPage {
    fn new(forms: &[Unsent]) -> Self {
        let kept = |unsent: &Unsent| {
            let answers = unsent.form.answers.iter().filter(|(name, _)| name != "request_id");
            let longest = answers.max_by_key(|(_, text)| text.len());
            Kept {
                when: words::date_and_time(unsent.kept_at),
                words: longest.map(|(_, text)| text.clone()).unwrap_or_default(),
                open: Link::new("Open the form again", unsent.place()),
                delete: format!("/unsent/{}/delete", unsent.id),
            }
        };
        Self { head: Head::new("What you wrote was not sent", Vec::new()), forms: forms.iter().map(kept).collect() }
    }
}

/// Lists them.
pub async fn list(visit: Visit) -> Answer {
    let account_id = visit.visitor.account_id.parse().map_err(|_| Error::missing())?;
    let forms = visit.app.unsent().of(&account_id, visit.now()).await?;
    visit.page(&UnsentPage::new(&forms))
}

/// Deletes one.
pub async fn delete(Path(unsent_id): Path<String>, posted: Posted) -> Answer {
    let visit = posted.visit;
    let account_id = visit.visitor.account_id.parse().map_err(|_| Error::missing())?;
    visit.app.unsent().forget(&unsent_id, &account_id).await?;
    visit.to("/unsent?done=forgotten")
}
