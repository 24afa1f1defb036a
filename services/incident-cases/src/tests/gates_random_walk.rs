//! No order of commands reaches a state that a gate forbids: random commands on cases of every kind, each accepted one
//! judged by a checker that knows the rules of the domain reference and nothing of the code, each refused one shown to
//! change nothing, and all accepted ones replayed to the same state.

mod checker;
mod command;

use command::{Command, World};

use super::model::policy;

/// Cases of each kind, and commands on each.
const CASES: u64 = 36;
const COMMANDS: u64 = 240;

/// A small generator of its own, so that a failure names a walk that can be walked again.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[test]
fn gates_random_walk() {
    let policy = policy();
    let (mut walked, mut accepted, mut closed, mut viewed, mut deleted, mut released) = (0, 0, 0, 0, 0, 0);
    for procedure in &policy.procedures {
        for n in 0..CASES {
            let seed =
                0x9E37_79B9_7F4A_7C15 ^ (n + 1).wrapping_mul(0x1000_0193) ^ u64::from(procedure.id.as_bytes()[1]);
            let mut dice = Dice(seed.wrapping_add(procedure.steps.len() as u64).max(1));
            let mut world = World::new(&policy, &procedure.id);
            let mut told = Vec::new();
            for minute in 1..=COMMANDS {
                let command = Command::random(&mut dice, &world);
                let before = world.clone();
                let place = format!("{} walk {n} command {minute}: {command:?}", procedure.id);
                match world.apply(minute, &command) {
                    Err(_) => assert!(world == before, "{place} was refused and changed something"),
                    Ok(()) => {
                        checker::allowed(&before, minute, &command, &place);
                        checker::nothing_lost(&before, &world, &place);
                        checker::nothing_left_behind(&world.case, &place);
                        match &command {
                            Command::Close => closed += 1,
                            Command::View { .. } => viewed += 1,
                            Command::Delete => deleted += 1,
                            Command::Chain { kind: "released_to_parent", .. } => released += 1,
                            _ => {}
                        }
                        told.push((minute, command));
                    }
                }
                walked += 1;
            }
            let mut again = World::new(&policy, &procedure.id);
            for (minute, command) in &told {
                again.apply(*minute, command).unwrap();
            }
            assert!(again == world, "{} walk {n}: replaying what was accepted gives another state", procedure.id);
            accepted += told.len();
        }
    }
    println!(
        "{walked} commands, {accepted} accepted; {closed} closings, {viewed} viewings, {deleted} deletions, {released} releases"
    );
    assert!(walked >= 100_000, "only {walked} commands");
    assert!(accepted > walked / 10, "hardly anything was accepted: the walk stays at the doorstep");
    // The walk gets behind the gates too, or it would prove nothing.
    assert!(closed > 5 && viewed > 10 && deleted > 10 && released > 10, "{closed} {viewed} {deleted} {released}");
}
