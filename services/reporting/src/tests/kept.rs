//! The page over all schools is read from memory where nothing moved, and says what it would say were it counted.

use std::sync::Arc;

use chassis::{
    calendar::{Season, Term},
    error::Result,
    testing::{Bed, Engine},
};
use time::{Date, macros::date};

use super::made::{Chance, Place, anything};
use crate::{
    disclosure::{Audience, Published, disclose},
    report::{compared, question},
    rpc::kept::{Kept, of_all},
    store,
    table::{Schools, counts},
};

pub(super) async fn what_is_kept_over_all_schools_is_what_would_be_counted(engine: Engine) -> Result<()> {
    let bed = Bed::new(engine)?;
    let schools: Vec<String> = (0..3).map(|_| bed.school()).collect();
    let (place, kept) = (Place::new(&bed).await?, Kept::default());
    let (spring, summer) = (Term { year: 2026, season: Season::Spring }, Term { year: 2026, season: Season::Summer });
    let present: [(Term, Option<Date>); 2] = [(summer, None), (spring, None)];
    let past = [(summer, Some(date!(2026 - 06 - 15))), (spring, Some(date!(2026 - 06 - 15))), (summer, None)];
    // What happened in these terms comes a few events at a time, between two looks.
    let within = |envelope: &chassis::event::Envelope| {
        let at = crate::fact::announced(envelope);
        spring.start() <= at && at < summer.end()
    };
    let events: Vec<_> = anything(&bed, &schools, 400, &mut Chance::new(11)).into_iter().filter(within).collect();
    assert!(events.len() > 60, "{} events", events.len());
    let mut from_memory = 0;
    for some in events.chunks(18) {
        place.hear(some).await;
        for terms in [present.as_slice(), past.as_slice(), present.as_slice()] {
            let mut tx = place.begin().await?;
            let there = store::state::schools(&tx).await?;
            let read = of_all(&mut tx, &kept, &there, terms).await?;
            let again = of_all(&mut tx, &kept, &there, terms).await?;
            let questions =
                terms.iter().flat_map(|term| compared().map(move |line| question(line, Schools::All, *term)));
            let counted = counts(&tx, questions.collect()).await?;
            let anew = disclose(&mut tx, &Audience { to: "authority".to_owned() }, &counted).await?;
            let once_more = of_all(&mut tx, &kept, &there, terms).await?;
            tx.silent();
            tx.commit().await?;
            let all = |printed: &[Vec<(&'static crate::measure::Line, Arc<Published>)>]| {
                printed.iter().flatten().map(|(_, printed)| printed.clone()).collect::<Vec<_>>()
            };
            let (read, again, once_more) = (all(&read), all(&again), all(&once_more));
            let anew: Vec<Arc<Published>> = anew.into_iter().map(Arc::new).collect();
            assert_eq!(read, anew, "what is shown is what would be counted");
            assert_eq!(again, anew);
            let same = again.iter().zip(&once_more).filter(|(one, other)| Arc::ptr_eq(one, other)).count();
            from_memory += usize::from(same == anew.len());
        }
    }
    assert!(from_memory > 0, "{from_memory} pages were read from memory");
    Ok(())
}
