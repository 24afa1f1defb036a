//! Terms as their reports print them: counted, and put through disclosure control in one batch.

use chassis::{calendar::Term, db::Tx, error::Result};
use time::Date;

use crate::{
    disclosure::{self, Audience, disclose},
    measure::{Line, lines},
    report::{Published, compared, question, shown},
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
    let mut asked = Vec::new();
    for term in terms {
        asked.extend(lines().iter().map(|line| question(line, Schools::One(school.to_owned()), *term)));
    }
    let audience = audience(tx, school);
    let counted = counts(tx, asked).await?;
    let printed = disclose(tx, &audience, &counted).await?;
    let reports = printed.chunks(lines().len().max(1));
    Ok(reports.map(|report| lines().iter().zip(report).map(|(line, printed)| shown(line, printed)).collect()).collect())
}

/// All schools' terms: of each line that has a figure of its own, a row for each school and the figure over all of them.
pub(super) async fn of_all(
    tx: &mut Tx,
    terms: &[(Term, Option<Date>)],
) -> Result<Vec<Vec<(&'static Line, disclosure::Published)>>> {
    let mut asked = Vec::new();
    for term in terms {
        asked.extend(compared().map(|line| question(line, Schools::All, *term)));
    }
    let audience = audience(tx, "");
    let counted = counts(tx, asked).await?;
    let printed = disclose(tx, &audience, &counted).await?;
    let mut printed = printed.into_iter();
    Ok(terms.iter().map(|_| compared().zip(printed.by_ref().take(compared().count())).collect()).collect())
}
