//! Parameters that are asked for only where other parameters have values, and the circles that makes.

use std::collections::{HashMap, HashSet};

use super::Definition;

/// Every circle of include rules, each once, from the parameter that is defined first.
pub(super) fn rounds(parameters: &[Definition]) -> Vec<Vec<String>> {
    let reads: HashMap<&str, Vec<&str>> = parameters
        .iter()
        .map(|definition| {
            let keys = definition.include_if.reads().into_iter().map(|(key, _)| key).collect();
            (definition.key.as_str(), keys)
        })
        .collect();
    let mut done: HashSet<&str> = HashSet::new();
    let mut found = Vec::new();
    for start in parameters {
        // The way walked so far, each parameter with how many of those it reads were tried.
        let mut way: Vec<(&str, usize)> = vec![(&start.key, 0)];
        while let Some((key, tried)) = way.last_mut() {
            let next = if done.contains(*key) { None } else { reads.get(*key).and_then(|keys| keys.get(*tried)) };
            let Some(next) = next else {
                done.insert(*key);
                way.pop();
                continue;
            };
            *tried += 1;
            match way.iter().position(|(key, _)| key == next) {
                Some(from) => {
                    let round = way.iter().skip(from).map(|(key, _)| (*key).to_owned());
                    found.push(round.collect());
                }
                None => way.push((next, 0)),
            }
        }
    }
    found
}
