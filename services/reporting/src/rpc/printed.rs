//! Terms as their reports print them: counted, and put through disclosure control in one batch.

use chassis::{calendar::Term, db::Tx, error::Result};
use time::Date;

use crate::{
    disclosure::{self, Audience, disclose},
    measure::{Line, lines},
    report::{Published, question, shown},
    table::{Schools, counts},
};

/// To whom figures are printed in a transaction, as the memory of what was printed names them.
pub(super) fn audience(tx: &Tx, school: &str) -> Audience {
    let to = if tx.scope().authority() { "authority".to_owned() } else { format!("school:{school}") };
    Audience { to }
}

/// A school's terms, each as it is known now or was known at the end of a day: judged together, and in this order.
pub(super) async fn of_school(
    tx: &mut Tx,
    school: &str,
    terms: &[(Term, Option<Date>)],
) -> Result<Vec<Vec<Published>>> {
    let lines: Vec<&'static Line> = lines().iter().collect();
    lines_of_school(tx, school, terms, &lines).await
}

/// The same of some lines.
pub(super) async fn lines_of_school(
    tx: &mut Tx,
    school: &str,
    terms: &[(Term, Option<Date>)],
    lines: &[&'static Line],
) -> Result<Vec<Vec<Published>>> {
    let mut asked = Vec::new();
    for term in terms {
        asked.extend(lines.iter().map(|line| question(line, Schools::One(school.to_owned()), *term)));
    }
    let audience = audience(tx, school);
    let counted = counts(tx, asked).await?;
    let printed = disclose(tx, &audience, &counted).await?;
    let reports = printed.chunks(lines.len().max(1));
    Ok(reports.map(|report| lines.iter().zip(report).map(|(line, printed)| shown(line, printed)).collect()).collect())
}

/// Some lines of all schools' terms: a row for each school and the figure over all of them.
pub(super) async fn lines_of_all(
    tx: &mut Tx,
    terms: &[(Term, Option<Date>)],
    lines: &[&'static Line],
) -> Result<Vec<Vec<(&'static Line, disclosure::Published)>>> {
    let mut asked = Vec::new();
    for term in terms {
        asked.extend(lines.iter().map(|line| question(line, Schools::All, *term)));
    }
    let audience = audience(tx, "");
    let counted = counts(tx, asked).await?;
    let mut printed = disclose(tx, &audience, &counted).await?.into_iter();
    Ok(terms.iter().map(|_| lines.iter().copied().zip(printed.by_ref().take(lines.len())).collect()).collect())
}
