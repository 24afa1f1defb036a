//! Many at once on each store: nothing is read after a removal, and nothing before an acceptance.

use std::sync::atomic::{AtomicBool, Ordering};

use chassis::{error::Result, testing::Engine};
use tokio::join;

use super::{
    sharing::{Incident, School, reason},
    world,
};

/// How often each race is run; more where the environment says so, for a long night.
fn rounds() -> usize {
    std::env::var("SHARING_RACE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

const ROUNDS: usize = 60;
/// Rounds that one incident takes: each begins an epoch, whose keys whoever comes next is given.
const EACH: usize = 20;

/// A school is removed and something is written, while it reads as fast as it can.
async fn sharing_races_removed_and_written(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let lead = School { id: world.here.clone(), dsl: world.dsl.clone() };
    let mut incident = Incident { id: String::new(), case: Default::default() };
    let mut refused = 0;
    for round in 0..rounds() {
        let out = world.another().await?;
        if round % EACH == 0 {
            incident = world.incident(&[&out]).await?;
        } else {
            let asked = world.ask_in(&incident.case, &lead.dsl, &out.id).await?.invitation.unwrap_or_default();
            world.come_in(&out, &asked.invitation_id).await?;
        }
        let (id, secret) = (incident.id.as_str(), format!("AFTER-{round}"));
        let (gone, over) = (AtomicBool::new(false), AtomicBool::new(false));
        let removed = async {
            lead.remove(id, &out.id).await?;
            gone.store(true, Ordering::SeqCst);
            lead.write(id, &secret).await?;
            over.store(true, Ordering::SeqCst);
            Ok::<(), chassis::error::Error>(())
        };
        let reads = async {
            let mut refused = 0;
            loop {
                let (late, last) = (gone.load(Ordering::SeqCst), over.load(Ordering::SeqCst));
                let wrote = if late { reason(out.write(id, "I am still here").await) } else { "" };
                match out.read(id).await {
                    Ok(seen) => {
                        assert!(!late, "round {round}: it reads after it was removed");
                        let seen = format!("{seen:?}");
                        assert!(!seen.contains(&secret), "round {round}: it reads what was written after");
                    }
                    Err(error) => {
                        assert_eq!(error.reason_name(), "NOT_FOUND");
                        refused += 1;
                    }
                }
                assert!(!late || wrote == "NOT_FOUND", "round {round}: it writes after it was removed");
                if last {
                    return refused;
                }
                tokio::task::yield_now().await;
            }
        };
        let (removed, some) = join!(removed, reads);
        removed?;
        refused += some;
        assert_eq!(reason(out.read(id).await), "NOT_FOUND");
        assert!(!format!("{:?}", lead.read(id).await?).contains("I am still here"));
    }
    assert!(refused >= rounds(), "every school read at least once after it was removed");
    Ok(())
}

/// A school accepts, while the invitation is taken back and it reads as fast as it can.
async fn sharing_races_accepted_and_read(engine: Engine) -> Result<()> {
    let world = world(engine).await?;
    let lead = School { id: world.here.clone(), dsl: world.dsl.clone() };
    let first = world.another().await?;
    let mut incident = Incident { id: String::new(), case: Default::default() };
    let (mut accepted, mut withdrawn) = (0, 0);
    for round in 0..rounds() {
        if round % EACH == 0 {
            incident = world.incident(&[&first]).await?;
        }
        let school = world.another().await?;
        let asked = world.ask_in(&incident.case, &lead.dsl, &school.id).await?.invitation.unwrap_or_default();
        let id = incident.id.as_str();
        assert_eq!(reason(school.read(id).await), "NOT_FOUND", "round {round}: it reads before it accepted");
        let (sent, over) = (AtomicBool::new(false), AtomicBool::new(false));
        let answer = async {
            if round % 2 == 0 {
                tokio::task::yield_now().await;
            }
            sent.store(true, Ordering::SeqCst);
            let answer = world.come_in(&school, &asked.invitation_id).await;
            over.store(true, Ordering::SeqCst);
            answer
        };
        let reads = async {
            loop {
                let over = over.load(Ordering::SeqCst);
                let read = school.read(id).await;
                // An answer after the acceptance was sent may be either; one before it is none.
                assert!(sent.load(Ordering::SeqCst) || reason(read) == "NOT_FOUND", "round {round}");
                if over {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let (answer, back, ()) = join!(answer, lead.withdraw(&asked.invitation_id), reads);
        assert_ne!(answer.is_ok(), back.is_ok(), "round {round}: one of the two");
        assert_eq!(school.read(id).await.is_ok(), answer.is_ok(), "round {round}");
        if answer.is_ok() {
            accepted += 1;
            school.leave(id).await?;
            assert_eq!(reason(school.read(id).await), "NOT_FOUND");
        } else {
            withdrawn += 1;
        }
    }
    assert_eq!(accepted + withdrawn, rounds());
    Ok(())
}

on_both_engines!(sharing_races_removed_and_written, sharing_races_accepted_and_read);
