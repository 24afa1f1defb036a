//! For whom the filter filtered: pupils, staff, guests, or a key stage, as the school says of the filter's groups; where it
//! says nothing of them, as the profile says whose filtering it was. Never from a name.

use std::collections::HashMap;

use crate::observation::Audience;

/// Every tier: a key stage is a pupil's.
pub const TIERS: [&str; 9] = ["pupil", "staff", "guest", "EYFS", "KS1", "KS2", "KS3", "KS4", "KS5"];

/// Where the school says nothing of a group, or the line names none.
pub const UNKNOWN: &str = "unknown";

/// How strictly each is judged, the strictest first: the youngest key stage, then a pupil of whom no more is said. A key
/// stage says more of somebody than that they are a pupil, so that it counts before that.
const STRICTEST: [&str; 9] = ["EYFS", "KS1", "KS2", "KS3", "KS4", "KS5", "pupil", "guest", "staff"];

/// The tier of whoever is in some groups: of several that the school knows, the strictest. Where it knows none, the
/// audience decides that the profile read from group or policy.
pub fn of<'g>(
    groups: impl IntoIterator<Item = &'g str>,
    audience: Audience,
    tiers: &HashMap<String, String>,
) -> &'static str {
    let place = |group: &str| {
        let tier = tiers.get(group.to_lowercase().trim())?;
        STRICTEST.iter().position(|known| known == tier)
    };
    let strictest = match tiers.is_empty() {
        true => None,
        false => groups.into_iter().filter_map(place).min(),
    };
    let told = match audience {
        Audience::Pupil => "pupil",
        Audience::Staff => "staff",
        Audience::Guest => "guest",
        Audience::Unknown => UNKNOWN,
    };
    strictest.and_then(|place| STRICTEST.get(place)).copied().unwrap_or(told)
}

/// The tier of a name that was found before.
pub fn known(name: &str) -> Option<&'static str> {
    STRICTEST.into_iter().find(|known| *known == name)
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
        let of = |groups: &[&'static str]| of(groups.iter().copied(), Audience::Unknown, &tiers);
        assert_eq!((of(&["hhs-staff"]), of(&["Year 9 "]), of(&["Staff"])), ("staff", "KS3", UNKNOWN));
        assert_eq!(of(&[]), UNKNOWN);
    }

    #[test]
    fn of_several_groups_the_strictest_that_is_known_decides_and_the_audience_where_none_is() {
        let named =
            [("everybody", "guest"), ("pupils", "pupil"), ("year 9", "KS3"), ("year 2", "KS1"), ("staff", "staff")];
        let tiers: HashMap<String, String> =
            named.iter().map(|(group, tier)| ((*group).to_owned(), (*tier).to_owned())).collect();
        let told = |groups: &[&'static str], audience| of(groups.iter().copied(), audience, &tiers);
        assert_eq!(told(&["Everybody", "Staff"], Audience::Unknown), "guest");
        assert_eq!(told(&["Staff", "Pupils"], Audience::Staff), "pupil", "what the school says counts first");
        assert_eq!(told(&["Pupils", "Year 9", "chess"], Audience::Unknown), "KS3");
        assert_eq!(told(&["Year 9", "Year 2"], Audience::Unknown), "KS1");
        assert_eq!(told(&["chess"], Audience::Staff), "staff");
        assert_eq!(of(["chess"], Audience::Pupil, &HashMap::new()), "pupil");
        assert!(STRICTEST.iter().all(|tier| TIERS.contains(tier)) && known("KS4") == Some("KS4"));
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
