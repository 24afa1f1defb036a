//! Searches and their nearest neighbours: a matter in its other verb forms and word orders, and what is harmless beside it.
//! Reviewed with the lists, row by row.

use super::Reader;

/// Theme and severity of what must alert in whatever form it is asked.
const FORMS: &[(&str, &str, &str)] = &[
    ("will 20 paracetamol kill me", "self_harm_suicide", "critical"),
    ("can 16 paracetamol kill you", "self_harm_suicide", "critical"),
    ("overdose on calpol", "self_harm_suicide", "critical"),
    ("overdose paracetamol", "self_harm_suicide", "high"),
    ("painless suicide", "self_harm_suicide", "critical"),
    ("quickest suicide", "self_harm_suicide", "critical"),
    ("suicide pills", "self_harm_suicide", "critical"),
    ("suicide by train", "self_harm_suicide", "critical"),
    ("jumping in front of a train", "self_harm_suicide", "critical"),
    ("jump off a bridge", "self_harm_suicide", "critical"),
    ("jumping off a bridge does it hurt", "self_harm_suicide", "critical"),
    ("wanting to die", "self_harm_suicide", "critical"),
    ("suicidal thoughts", "self_harm_suicide", "high"),
    ("howtokillmyself", "self_harm_suicide", "critical"),
    ("how to hang a noose from ceiling", "self_harm_suicide", "critical"),
    ("i took 24 ibuprofen", "self_harm_suicide", "critical"),
    ("how to get blade out of sharpener", "self_harm_suicide", "high"),
    ("how to cut without it hurting", "self_harm_suicide", "high"),
    ("where to cut to bleed out", "self_harm_suicide", "critical"),
    ("burning my skin with a lighter", "self_harm_suicide", "high"),
    ("make yourself throw up", "self_harm_suicide", "high"),
    ("how to throw up after eating", "self_harm_suicide", "high"),
    ("i want to kill everyone in my school", "extremism_terrorism", "high"),
    ("how to kill my teacher", "violence_weapons", "medium"),
    ("how to make someone kill themselves", "bullying", "medium"),
    ("3d printed gun", "violence_weapons", "medium"),
    ("how to make napalm", "extremism_terrorism", "high"),
    ("christchurch shooting video", "extremism_terrorism", "high"),
    ("atomwaffen", "extremism_terrorism", "high"),
    ("join patriotic alternative", "extremism_terrorism", "high"),
    ("how to become a martyr", "extremism_terrorism", "high"),
    ("my boyfriend is 30 and i am 14", "sexual_exploitation", "high"),
    ("im 13 and my bf is 22", "sexual_exploitation", "high"),
    ("older man wants to meet me", "sexual_exploitation", "high"),
    ("how to meet older men", "sexual_exploitation", "high"),
    ("send nudes", "sexual_exploitation", "high"),
    ("how to delete nudes i sent", "sexual_exploitation", "high"),
    ("delete nudes i sent", "sexual_exploitation", "high"),
    ("how to get past smoothwall", "proxy_circumvention", "medium"),
    ("how to get around securly", "proxy_circumvention", "medium"),
    ("how to turn off senso", "proxy_circumvention", "medium"),
    ("hola vpn", "proxy_circumvention", "medium"),
    ("ultrasurf", "proxy_circumvention", "medium"),
    ("buy edibles", "drugs", "medium"),
    ("ketamine near me", "drugs", "medium"),
    ("nitrous oxide canisters buy", "drugs", "medium"),
    ("roobet", "gambling", "low"),
    // Two letters swapped, other words, other languages
    ("how to kill mysefl", "self_harm_suicide", "critical"),
    ("kill  mysefl", "self_harm_suicide", "critical"),
    ("klil myself", "self_harm_suicide", "critical"),
    ("i wnat to die", "self_harm_suicide", "critical"),
    ("how to kill yoursefl", "self_harm_suicide", "critical"),
    ("how to commit suicied", "self_harm_suicide", "critical"),
    ("how to hnag yourself", "self_harm_suicide", "critical"),
    ("how to slef harm", "self_harm_suicide", "high"),
    ("least painful way to die", "self_harm_suicide", "critical"),
    ("is it painful to drown", "self_harm_suicide", "high"),
    ("tallest building to jump from", "self_harm_suicide", "critical"),
    ("how long does it take to bleed out", "self_harm_suicide", "high"),
    ("how to burn myself", "self_harm_suicide", "high"),
    ("cutting thighs", "self_harm_suicide", "high"),
    ("i hate my life and want it to end", "self_harm_suicide", "critical"),
    ("goodbye letter to parents", "self_harm_suicide", "high"),
    ("comment se suicider", "self_harm_suicide", "critical"),
    ("j'ai envie de mourir", "self_harm_suicide", "critical"),
    ("cómo suicidarme", "self_harm_suicide", "critical"),
    ("me quiero morir", "self_harm_suicide", "critical"),
    ("jak się powiesić", "self_harm_suicide", "critical"),
    ("blackmail nudes", "sexual_exploitation", "high"),
    ("how to join a terrorist group", "extremism_terrorism", "high"),
    ("buy ket", "drugs", "medium"),
    ("proxy unblocker", "proxy_circumvention", "medium"),
    ("free proxy", "proxy_circumvention", "medium"),
    ("free vpn to unblock school", "proxy_circumvention", "medium"),
    ("school wifi bypass", "proxy_circumvention", "medium"),
];

/// What stands beside those and is harmless.
const BESIDE: &[&str] = &[
    // Titles, games and common speech
    "bungee jumping off a bridge",
    "if all your friends jump off a bridge",
    "spiderman jumping off a building",
    "jump off a roof in minecraft",
    "easy suicide squad drawing",
    "wanting to die my hair blonde",
    "biggie suicidal thoughts",
    "how to kill my brother in minecraft",
    "killing my cousins pot plant",
    "3d printed gun cosplay",
    "older brother wants to meet my friends",
    "my boyfriend is 15 and i am 14",
    "my brother is 30 and i am 14",
    "how to make a martini",
    "how to become a mathematician",
    "shooting my sisters wedding on film",
    // Cookery and tools
    "edible flowers buy",
    "edible glitter near me",
    "cream chargers for whipped cream",
    "knife blade sharpener",
    "lawnmower blade sharpener",
    "how to cut onions without crying",
    "burnt my hand on the oven",
    "how to make napoli sauce",
    "buy lean steak near me",
    // Lessons and history
    "suicide pills ww2 spies",
    "napalm in the vietnam war",
    "christchurch earthquake video",
    "what are atomwaffen in german",
    "gegen atomwaffen",
    "why did shamima begum join isis",
    "thomas becket martyr",
    "how did st alban become a martyr",
    "nudes in renaissance art",
    "renaissance nudes",
    "nudes by titian",
    "sharing nudes policy",
    "nitrous oxide emissions from farming",
    "3d printed gun laws",
    "how to join the scouts",
    "when did italy join the war",
    "suicide by train statistics",
    // Health
    "can i take paracetamol with ibuprofen",
    "does ibuprofen kill pain",
    "paracetamol overdose statistics",
    "calpol dose for a five year old",
    "can aspirin kill your stomach lining",
    "throwing up after eating seafood",
    "how not to be sick after eating",
    "ketamine therapy explained",
    "melatonin overdose in dogs",
    "what does sertraline do",
    "i take 2 tablets of hay fever medicine",
    // Computers
    "hola in spanish",
    "what is a vpn",
    "smoothwall login",
    "senso cloud download for teachers",
    "how to install fortinet",
    "speed of light lightspeed",
    "delete photos i sent on whatsapp",
    // Beside what is mistyped, and in other languages
    "how to kill yoursefl in minecraft",
    "kill mysefl laughing",
    "i wnat to dye my hair",
    "i want to dye my hair",
    "less painful way to wax",
    "is it painful to get your ears pierced",
    "tallest building in the world",
    "tallest building to jump from in gta 5",
    "how long does it take to bleed out a radiator",
    "how to burn myself a cd",
    "cutting thighs workout",
    "roast chicken thighs",
    "i hate my life of pi essay",
    "goodbye letter to parents from preschool",
    "goodbye letter to my teacher",
    "comment se tuer dans minecraft",
    "j'ai envie de manger",
    "mourir conjugaison",
    "quiero comer",
    "morir conjugation",
    "me quiero morir de risa",
    "jak zrobić naleśniki",
    "jak umrzeć w minecraft",
    "blackmail in macbeth",
    "why do people join terrorist groups",
    "buy ketchup",
    "free proxy vote form",
    "proxy statement",
    "school wifi not working",
];

#[test]
fn a_matter_is_found_in_every_form_and_what_is_harmless_beside_it_is_not() {
    let mut reader = Reader::default();
    let missed: Vec<_> = FORMS
        .iter()
        .map(|(text, theme, severity)| (*text, Some((*theme, *severity))))
        .chain(BESIDE.iter().map(|text| (*text, None)))
        .filter_map(|(text, wanted)| {
            let found = reader.read(text).hit.map(|hit| (hit.theme, hit.severity.as_str()));
            (found != wanted).then_some((text, wanted, found))
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_term_stands_for_each_of_its_forms() {
    assert_eq!(super::forms("(a|b) c(d|)"), Some(["a cd", "a c", "b cd", "b c"].map(str::to_owned).to_vec()));
    assert_eq!(super::forms("plain * words"), Some(vec!["plain * words".to_owned()]));
    for wrong in ["(a|b c", "a) b", "a | b"] {
        assert_eq!(super::forms(wrong), None, "{wrong}");
    }
}
