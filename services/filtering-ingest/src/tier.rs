//! For whom the filter filtered: pupils, staff, guests, or a key stage, as the school says of the filter's groups. Never
//! from a name.

use std::collections::HashMap;

/// Every tier: a key stage is a pupil's.
pub const TIERS: [&str; 9] = ["pupil", "staff", "guest", "EYFS", "KS1", "KS2", "KS3", "KS4", "KS5"];

/// Where the school says nothing of a group, or the line names none.
pub const UNKNOWN: &str = "unknown";

/// The tier of a group.
pub fn of(group: Option<&str>, tiers: &HashMap<String, String>) -> &'static str {
    let Some(group) = group.filter(|_| !tiers.is_empty()) else { return UNKNOWN };
    let tier = tiers.get(group.to_lowercase().trim());
    tier.and_then(|tier| TIERS.into_iter().find(|known| known == tier)).unwrap_or(UNKNOWN)
}

/// Puts the first of somebody's groups that the school knows before the others: it is the one that tells.
pub fn foremost<T: AsRef<str>>(groups: &mut [T], tiers: &HashMap<String, String>) {
    if groups.len() < 2 || tiers.is_empty() {
        return;
    }
    let known = |group: &T| tiers.contains_key(group.as_ref().to_lowercase().trim());
    if let Some(place) = groups.iter().position(known) {
        groups[..=place].rotate_right(1);
    }
}

/// Whether a rule that is for these tiers is for this one. A rule that names none is for everybody, and whoever is in no
/// group we know is judged as the most strictly judged are.
pub fn meets(tier: &str, tiers: &[String]) -> bool {
    let key_stage = of_pupils(tier) && tier != "pupil";
    tiers.is_empty()
        || tier == UNKNOWN
        || tiers.iter().any(|wanted| wanted == tier || (key_stage && wanted == "pupil"))
        // Of a pupil without a key stage nobody knows that a rule for some key stages is not for them.
        || (tier == "pupil" && tiers.iter().any(|wanted| !matches!(wanted.as_str(), "staff" | "guest")))
}

/// Whether a tier is one of pupils.
pub fn of_pupils(tier: &str) -> bool {
    !matches!(tier, "staff" | "guest" | UNKNOWN)
}

/// The groups as they are kept, in lower case.
pub fn groups<'a>(named: impl IntoIterator<Item = (&'a String, &'a String)>) -> HashMap<String, String> {
    named.into_iter().map(|(group, tier)| (group.trim().to_lowercase(), tier.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_the_tier_the_school_gave_it_and_no_other() {
        let tiers =
            groups(&HashMap::from([("HHS-Staff".to_owned(), "staff".to_owned()), (" Year 9".into(), "KS3".into())]));
        let of = |group| of(group, &tiers);
        assert_eq!((of(Some("hhs-staff")), of(Some("Year 9 ")), of(Some("Staff"))), ("staff", "KS3", UNKNOWN));
        assert_eq!(of(None), UNKNOWN);
        // Of several the one that the school knows tells, wherever it stands.
        let mut several = ["Domain Users", "Printers", "HHS-Staff", "Year 9"];
        foremost(&mut several, &tiers);
        assert_eq!(
            (several, of(several.first().copied())),
            (["HHS-Staff", "Domain Users", "Printers", "Year 9"], "staff")
        );
    }

    #[test]
    fn a_rule_for_pupils_is_for_every_key_stage_and_for_whoever_is_unknown() {
        let (pupils, older) = (vec!["pupil".to_owned()], vec!["KS4".to_owned(), "KS5".to_owned()]);
        let met = |tier| (meets(tier, &pupils), meets(tier, &older), meets(tier, &[]));
        assert_eq!(met("KS4"), (true, true, true));
        assert_eq!(met("KS1"), (true, false, true));
        assert_eq!(met("pupil"), (true, true, true));
        assert_eq!(met("staff"), (false, false, true));
        assert_eq!(met(UNKNOWN), (true, true, true));
    }
}
