//! What one school is told of another, and who lists them.

use chassis::{error::Error, testing::Engine};
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{
    TEXT, Tested,
    world::{World, refused},
};

pub(super) async fn another_schools_policy_answers_like_one_that_never_was(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let instance = world.in_force(TEXT).await?;
    let other = world.add_school("Elmbeck School", "100002").await?;
    let stranger = world.bed.person(&[(Role::Head, &other)]);
    let mut client = world.client(&stranger)?;
    let nowhere = world.bed.school();
    let mut answers = Vec::new();
    for school in [&world.school, &nowhere] {
        let get = GetInstanceRequest { school_id: school.clone(), instance_id: instance.instance_id.clone() };
        answers.push(client.get_instance(get).await.unwrap_err().message().to_owned());
        let effective = GetEffectivePolicyRequest { school_id: school.clone(), ..Default::default() };
        answers.push(client.get_effective_policy(effective).await.unwrap_err().message().to_owned());
        let read = GetSchoolRequest { school_id: school.clone() };
        answers.push(client.get_school(read).await.unwrap_err().message().to_owned());
    }
    // The right school and a policy of the other one.
    let mixed = GetInstanceRequest { school_id: other.clone(), instance_id: instance.instance_id.clone() };
    answers.push(client.get_instance(mixed).await.unwrap_err().message().to_owned());
    answers.dedup();
    assert_eq!(answers, [Error::missing().to_string()]);
    // The officer may know every school, and there is none of that id.
    let officers = GetSchoolRequest { school_id: nowhere };
    assert_eq!(refused(world.client(&world.officer)?.get_school(officers).await).reason_name(), "NOT_FOUND");
    Ok(())
}

pub(super) async fn whoever_shares_incidents_reads_the_other_schools_names_and_no_more(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    for (name, urn) in [("ash tree school", "100003"), ("Zelkova School", "100004")] {
        world.add_school(name, urn).await?;
    }
    let mut client = world.client(&world.at_school(Role::Dsl))?;
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let asked = ListSchoolNamesRequest { school_id: world.school.clone(), page_size: 1, page_token: token };
        let page = client.list_school_names(asked).await?.into_inner();
        names.extend(page.school_names.into_iter().map(|school| (school.name, school.kind)));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let primary = |name: &str| (name.to_owned(), "primary".to_owned());
    assert_eq!(names, [primary("ash tree school"), primary("Zelkova School")]);
    let staff = ListSchoolNamesRequest { school_id: world.school.clone(), ..Default::default() };
    let mut client = world.client(&world.at_school(Role::Staff))?;
    assert_eq!(refused(client.list_school_names(staff).await).reason_name(), "NOT_PERMITTED");
    Ok(())
}

pub(super) async fn schools_are_listed_to_whom_they_concern(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    for (name, urn) in [("ash tree school", "100003"), ("Zelkova School", "100004"), ("Beech School", "100005")] {
        world.add_school(name, urn).await?;
    }
    let mut client = world.client(&world.officer)?;
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let request = ListSchoolsRequest { page_size: 3, page_token: token, ..Default::default() };
        let page = client.list_schools(request).await?.into_inner();
        names.extend(page.schools.into_iter().map(|school| school.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["ash tree school", "Beech School", "Oakbeck School", "Zelkova School"]);
    let numbered = ListSchoolsRequest { urn: "100004".into(), ..Default::default() };
    let found = client.list_schools(numbered.clone()).await?.into_inner().schools;
    assert_eq!(found.into_iter().map(|school| school.name).collect::<Vec<_>>(), ["Zelkova School"]);
    let mut client = world.client(&world.at_school(Role::Staff))?;
    assert!(client.list_schools(numbered).await?.into_inner().schools.is_empty(), "it is none of theirs");
    let own = client.list_schools(ListSchoolsRequest::default()).await?.into_inner();
    assert_eq!(own.schools.into_iter().map(|s| s.key_stages).collect::<Vec<_>>(), [["KS1", "KS2"]]);
    Ok(())
}
