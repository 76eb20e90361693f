use super::*;
use crate::folder::truth::choices::Given;
use crate::folder::truth::class_names::Classes;

fn classes(labels: &[&str], naming: Naming) -> ClassNames {
    ClassNames::new(Classes {
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        naming,
    })
}

fn unnamed(count: usize) -> ClassNames {
    ClassNames::new(Classes {
        labels: (0..count).map(|class| format!("class {class}")).collect(),
        naming: Naming::Numbers,
    })
}

fn named(count: usize) -> ClassNames {
    let labels = (0..count).map(|class| format!("kind{}", "x".repeat(class)));
    ClassNames::new(Classes {
        labels: labels.collect(),
        naming: Naming::Own,
    })
}

fn understood(texts: &[&str], source: Source, classes: &ClassNames, choices: &Choices) -> Names {
    let mut names = Names::default();
    for text in texts {
        names.count(&Arc::from(*text), source);
    }
    names.understand(classes, choices, true);
    names
}

fn of(
    texts: &[&str],
    source: Source,
    classes: &ClassNames,
    numbering: Numbering,
) -> Vec<Option<usize>> {
    let choices = Choices {
        numbering,
        ..Choices::default()
    };
    let names = understood(texts, source, classes, &choices);
    names
        .all()
        .iter()
        .map(|name| name.meaning.class())
        .collect()
}

fn folders(texts: &[&str], classes: &ClassNames) -> Vec<Option<usize>> {
    of(texts, Source::Folder, classes, Numbering::Auto)
}

#[test]
fn folders_of_a_model_without_names_are_sorted_as_text() {
    let one_to_eleven: Vec<String> = (1..=11).map(|number| number.to_string()).collect();
    let texts: Vec<&str> = one_to_eleven.iter().map(String::as_str).collect();
    // sorted(["1", …, "11"]) in Python: 1, 10, 11, 2, 3, …
    let python = [0, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2].map(Some);
    assert_eq!(folders(&texts, &unnamed(11)), python);
    assert_eq!(folders(&["dog", "Cat"], &unnamed(2)), [Some(1), Some(0)]);
    let zeros = ["0", "1", "10", "2", "3", "4", "5", "6", "7", "8", "9"];
    assert_eq!(folders(&zeros, &unnamed(11))[2], Some(2));
    let numbers = of(&zeros, Source::Folder, &unnamed(11), Numbering::FromZero);
    assert_eq!(numbers[2], Some(10));
}

#[test]
fn too_few_numbered_folders_of_a_model_without_names_are_no_classes() {
    assert_eq!(folders(&["1", "2", "3"], &unnamed(11)), [None; 3]);
    assert_eq!(folders(&["0", "1", "2"], &unnamed(11)), [None; 3]);
    assert_eq!(folders(&["1", "2"], &unnamed(10)), [None; 2]);
    // Here text and numbers are in the same order, and start alike.
    assert_eq!(folders(&["0", "7"], &unnamed(10)), [Some(0), Some(7)]);
    assert_eq!(folders(&["00", "07"], &unnamed(11)), [Some(0), Some(7)]);
    assert_eq!(folders(&["cat", "dog"], &unnamed(11)), [None; 2]);
    let from = |numbering| of(&["1", "2"], Source::Folder, &unnamed(11), numbering);
    assert_eq!(from(Numbering::FromZero), [Some(1), Some(2)]);
    assert_eq!(from(Numbering::FromOne), [Some(0), Some(1)]);
}

#[test]
fn numbers_beyond_the_classes_make_all_numbers_doubtful() {
    assert_eq!(folders(&["0", "10"], &named(11)), [Some(0), Some(10)]);
    assert_eq!(folders(&["003"], &named(11)), [Some(3)]);
    assert_eq!(folders(&["1", "11"], &named(11)), [None; 2]);
    let file =
        |texts: &[&str], count| of(texts, Source::LabelsFile, &unnamed(count), Numbering::Auto);
    assert_eq!(file(&["3", "5"], 11), [Some(3), Some(5)]);
    assert_eq!(file(&["1", "11"], 11), [None; 2]);
    let around = of(&["3"], Source::Around, &named(11), Numbering::Auto);
    assert_eq!(around, [None], "a folder that was opened may be a year");
}

#[test]
fn a_numeric_label_comes_before_a_number() {
    let digits = classes(&["7", "0", "1"], Naming::Own);
    assert_eq!(
        folders(&["0", "7", "2"], &digits),
        [Some(1), Some(0), Some(2)]
    );
}

#[test]
fn assumed_names_give_way_to_a_thousand_other_folders() {
    let imagenet: Vec<&str> = include_str!("../../../../assets/imagenet_labels.txt")
        .lines()
        .collect();
    let classes = classes(&imagenet, Naming::ImageNet);
    let kinds: Vec<String> = (0..1000).map(|kind| format!("kind{kind}")).collect();
    let texts: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(
        folders(&texts, &classes)[2],
        Some(112),
        "kind2 comes after kind199"
    );
    let numbers: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let texts: Vec<&str> = numbers.iter().map(String::as_str).collect();
    assert_eq!(folders(&texts, &classes)[281], Some(281));
    assert_eq!(folders(&["967"], &classes), [Some(967)]);
}

#[test]
fn choices_by_hand_come_first_and_follow_labels() {
    let animals = classes(&["cat", "dog"], Naming::Own);
    let mut choices = Choices::default();
    let given = |class| Some(Given::new(class, &animals));
    choices.names.insert("felix".to_owned(), given(0));
    choices.names.insert("cat".to_owned(), None);
    let texts = ["felix", "cat", "dogs", "Dog"];
    let names = understood(&texts, Source::Folder, &animals, &choices);
    let found: Vec<_> = names.all().iter().map(|name| name.meaning).collect();
    assert_eq!(
        found,
        [
            Meaning::ByHand(Some(0)),
            Meaning::ByHand(None),
            Meaning::Label(1),
            Meaning::Label(1)
        ]
    );
    assert_eq!(names.open(Source::Folder).count(), 0);
    let shared = names.shared();
    assert_eq!(shared.len(), 1);
    assert_eq!((shared[0].0, shared[0].1.len()), (1, 2));

    let others = classes(&["owl", "cat"], Naming::Own);
    let names = understood(&texts, Source::Folder, &others, &choices);
    assert_eq!(names.class(0), Some(1));
    let open: Vec<&str> = names.open(Source::Folder).map(|name| &*name.text).collect();
    assert_eq!(open, ["dogs", "Dog"]);
}
