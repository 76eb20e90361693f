use super::*;
use crate::folder::predictions::Whose;
use crate::folder::truth::choices::{Choices, Given};
use crate::folder::truth::class_names::{Classes, Naming};
use crate::folder::truth::labels_file::LabelsFile;

fn classes(names: &[&str]) -> Classes {
    Classes {
        labels: names.iter().map(|name| (*name).to_owned()).collect(),
        naming: Naming::Own,
    }
}

/// An image in a folder that was found in the one that was opened.
fn found(path: &str) -> Picture {
    let path: Arc<Path> = Path::new(path).into();
    let folder = path.parent().and_then(Path::file_name);
    Picture {
        name: folder.map(|name| (name.to_string_lossy().into(), Source::Folder)),
        split: None,
        path,
    }
}

/// Images of cats and dogs, in folders named after them.
fn list(paths: &[&str]) -> ImageList {
    let mut list = ImageList::default();
    list.set_classes(classes(&["cat", "dog", "owl"]));
    list.add(paths.iter().map(|path| found(path)).collect());
    list
}

/// A prediction of a class with this probability.
fn outcome(class: usize, sure: f32) -> Outcome {
    let mut probabilities = vec![(1.0 - sure) / 2.0; 3];
    probabilities[class] = sure;
    let mut ranking = vec![0, 1, 2];
    ranking.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    Outcome {
        probabilities,
        ranking,
    }
}

fn sorted(list: &mut ImageList, sort: Sort) -> Vec<usize> {
    list.set_sort(sort);
    list.refresh(Instant::now());
    list.order().to_vec()
}

fn filtered(list: &mut ImageList, filter: Filter) -> Vec<usize> {
    list.set_filter(filter);
    list.refresh(Instant::now());
    list.order().to_vec()
}

fn animals() -> ImageList {
    let mut list = list(&[
        "/f/cat/0.png",
        "/f/cat/1.png",
        "/f/dog/2.png",
        "/f/dog/3.png",
        "/f/else/4.png",
        "/f/else/5.png",
        "/f/owl/6.png",
    ]);
    list.set_prediction(0, Ok(&outcome(0, 0.9)));
    list.set_prediction(1, Ok(&outcome(1, 0.7)));
    list.set_prediction(2, Ok(&outcome(0, 0.8)));
    list.set_prediction(3, Ok(&outcome(1, 0.8)));
    list.set_prediction(4, Ok(&outcome(2, 0.4)));
    list.set_unreadable(5, Some("empty".to_owned()));
    list
}

#[test]
fn sorts_in_each_order_and_keeps_ties() {
    let mut list = animals();
    assert_eq!(sorted(&mut list, Sort::Name), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(sorted(&mut list, Sort::Class), [0, 2, 3, 1, 4, 5, 6]);
    assert_eq!(sorted(&mut list, Sort::Surest), [0, 2, 3, 1, 4, 5, 6]);
    assert_eq!(sorted(&mut list, Sort::LeastSure), [4, 1, 2, 3, 0, 5, 6]);
    assert_eq!(sorted(&mut list, Sort::Mistakes), [2, 1, 0, 3, 4, 5, 6]);
}

#[test]
fn filters_what_each_filter_says() {
    let mut list = animals();
    assert_eq!(filtered(&mut list, Filter::Mistakes), [1, 2]);
    assert_eq!(filtered(&mut list, Filter::Class(0)), [0, 1, 2]);
    assert_eq!(filtered(&mut list, Filter::Class(2)), [4, 6]);
    assert_eq!(filtered(&mut list, Filter::NotPredicted), [5, 6]);
    list.set_sort(Sort::Surest);
    assert_eq!(filtered(&mut list, Filter::Mistakes), [2, 1]);
    assert_eq!(filtered(&mut list, Filter::All).len(), 7);
}

/// The second model has the same classes in another order, and no owls.
#[test]
fn filters_what_one_of_two_models_has_right_and_the_other_wrong() {
    let mut list = animals();
    list.refresh(Instant::now());
    assert!(!list.can_compare());
    list.set_second(Some([Some(1), Some(0), None].into()));
    // Without a true class that both have, there is nothing to compare; 5 cannot be opened.
    assert_eq!(list.waiting_for_second(9, |_| false), [0, 1, 2, 3]);
    for (index, class) in [(0, 0), (1, 1), (2, 0), (3, 0)] {
        list.set_second_prediction(index, Ok(&outcome(class, 0.8)));
    }
    list.refresh(Instant::now());
    let counts = list.counts();
    assert!(list.can_compare());
    assert_eq!((counts.compared, counts.to_compare), (4, 0));
    assert_eq!(counts.first_right_alone, 1);
    assert_eq!(counts.second_right_alone, 2);
    let (first, second) = (Whose::First, Whose::Second);
    assert_eq!(filtered(&mut list, Filter::RightAlone(first)), [0]);
    assert_eq!(filtered(&mut list, Filter::RightAlone(second)), [1, 2]);

    // Another true class has to be predicted again.
    list.set_truth(Path::new("/f/cat/1.png"), Some(1), Some(&outcome(1, 0.7)));
    assert_eq!(list.waiting_for_second(9, |_| false), [1]);
    list.set_second_prediction(1, Ok(&outcome(1, 0.8)));
    assert_eq!(filtered(&mut list, Filter::RightAlone(first)), [0, 1]);

    list.set_second(None);
    assert_eq!(list.filter(), Filter::All);
    list.refresh(Instant::now());
    assert!(!list.can_compare() && list.entries()[0].second_verdict().is_none());
}

#[test]
fn counts_images_by_state() {
    let mut list = animals();
    list.refresh(Instant::now());
    let counts = Counts {
        pictures: 7,
        unreadable: 1,
        waiting: 1,
        predicted: 5,
        failed: 0,
        judged: 4,
        mistakes: 2,
        ..Counts::default()
    };
    assert_eq!(list.counts(), counts);
    list.set_prediction(6, Err("not finite".to_owned()));
    list.refresh(Instant::now());
    assert_eq!((list.counts().failed, list.counts().waiting), (1, 0));
}

#[test]
fn sorts_again_only_after_a_change() {
    let now = Instant::now();
    let mut list = animals();
    assert!(list.refresh(now));
    assert!(!list.refresh(now));
    list.set_prediction(0, Ok(&outcome(0, 0.9)));
    assert!(!list.refresh(now), "the same prediction changes nothing");
    list.set_prediction(0, Ok(&outcome(1, 0.9)));
    assert!(list.refresh(now));
}

#[test]
fn sorts_at_intervals_while_predictions_arrive() {
    let start = Instant::now();
    let mut list = animals();
    list.set_sort(Sort::Mistakes);
    list.refresh(start);
    list.set_prediction(6, Ok(&outcome(0, 0.95)));
    assert!(list.refresh(start), "the counts are fresh at once");
    assert_eq!(list.counts().mistakes, 3);
    assert_eq!(list.order()[0], 2);
    assert!(!list.refresh(start));
    let due = list.is_due_at().unwrap();
    assert!(due > start);
    assert!(list.refresh(due));
    assert_eq!(list.order()[0], 6);
    assert_eq!(list.is_due_at(), None);
    // The user's own choice is applied at once.
    list.set_prediction(6, Ok(&outcome(2, 0.95)));
    list.set_filter(Filter::Mistakes);
    list.refresh(due);
    assert_eq!(list.order(), [2, 1]);
}

#[test]
fn drops_predictions_and_matches_folders_again_for_other_labels() {
    let mut list = animals();
    list.set_truth(Path::new("/f/else/4.png"), Some(1), None);
    list.set_classes(classes(&["owl", "dog"]));
    let truths: Vec<Option<usize>> = list.entries().iter().map(|e| e.truth).collect();
    let (owl, dog) = (Some(0), Some(1));
    assert_eq!(truths, [None, None, dog, dog, dog, None, owl]);
    assert!(
        list.entries()
            .iter()
            .all(|e| e.prediction == Predicted::Waiting)
    );
    assert_eq!(list.waiting(9, |_| false), [0, 1, 2, 3, 4, 6]);
}

#[test]
fn judges_by_a_class_set_by_hand_or_predicts_again() {
    let mut list = animals();
    assert_eq!(list.waiting(9, |_| false), [6]);
    let path = Path::new("/f/else/4.png");
    list.set_truth(path, Some(1), None);
    assert_eq!(list.waiting(9, |_| false), [4, 6]);
    assert_eq!(list.truth(path), Some(1));
    list.set_truth(path, Some(0), Some(&outcome(2, 0.4)));
    assert_eq!(list.waiting(9, |_| false), [6]);
    assert!(list.entries()[4].is_mistake());
    list.set_truth(path, None, Some(&outcome(2, 0.4)));
    assert!(!list.entries()[4].is_mistake());

    let alone = Path::new("/elsewhere/dog/one.png");
    assert_eq!(
        list.truth(alone),
        None,
        "only images of the folder take their class from it"
    );
    list.set_truth(alone, Some(2), None);
    assert_eq!(list.truth(alone), Some(2));
    list.clear();
    assert_eq!((list.truth(path), list.truth(alone)), (None, Some(2)));
}

fn in_split(path: &str, split: &str) -> Picture {
    Picture {
        split: Some(split.into()),
        ..found(path)
    }
}

/// A `labels.csv` in `/f`.
fn labelled(text: &str) -> LabelsFile {
    LabelsFile::parse(text, "/f/labels.csv".into()).unwrap()
}

fn truths(list: &ImageList) -> Vec<Option<usize>> {
    list.entries().iter().map(|entry| entry.truth).collect()
}

#[test]
fn labels_files_come_before_folders_and_may_leave_out_folders() {
    let mut list = list(&[]);
    list.add_labels(Ok(labelled(
        "cat/0.png,dog\n1.png,owl\n2.png,owl\ngone.png,owl\n5,lynx\n",
    )));
    let paths = [
        "/f/cat/0.png",
        "/f/dog/1.png",
        "/f/cat/2.png",
        "/f/dog/2.png",
        "/f/cat/4.png",
        "/f/5.png",
    ];
    list.add(paths.map(found).to_vec());
    list.complete();
    // Two files are called 2.png, so their folders count.
    let (cat, dog, owl) = (Some(0), Some(1), Some(2));
    assert_eq!(truths(&list), [dog, owl, cat, dog, cat, None]);
    let open = |source| list.truths().names().open(source);
    let listed: Vec<&str> = open(Source::LabelsFile).map(|name| &*name.text).collect();
    assert_eq!(listed, ["lynx"]);
    assert_eq!(open(Source::Folder).count(), 0);
    let report = list.truths().files.report();
    assert_eq!(
        (report.missing, report.unclear),
        (vec!["gone.png"], vec!["2.png"])
    );
}

#[test]
fn what_a_person_assigns_is_judged_at_once() {
    let mut list = animals();
    list.complete();
    assert_eq!(list.truths().names().open(Source::Folder).count(), 1);
    let mut choices = Choices::default();
    let given = Given::new(0, list.truths().classes());
    choices.names.insert("else".to_owned(), Some(given));
    let version = list.truth_version();
    list.set_choices(choices);
    assert!(list.truth_version() > version);
    assert_eq!(truths(&list)[4..6], [Some(0), Some(0)]);
    // The probability of its true class is not known yet.
    assert_eq!(list.waiting(9, |_| false), [4, 6]);
    list.clear();
    assert_eq!(
        list.truths().choices(),
        &Choices::default(),
        "they belong to the folder"
    );
}

#[test]
fn numbers_wait_until_all_folders_are_known() {
    let mut list = ImageList::default();
    let labels = ["class 0", "class 1", "class 2"]
        .map(str::to_owned)
        .to_vec();
    list.set_classes(Classes {
        labels,
        naming: Naming::Numbers,
    });
    list.add(["/f/1/a.png", "/f/2/b.png"].map(found).to_vec());
    assert_eq!(truths(&list), [None; 2]);
    list.add(vec![found("/f/3/c.png")]);
    list.set_prediction(0, Ok(&outcome(1, 0.9)));
    list.complete();
    assert_eq!(truths(&list), [Some(0), Some(1), Some(2)]);
    assert_eq!(
        list.waiting(9, |_| false),
        [0, 1, 2],
        "the first was judged without its class"
    );
}

#[test]
fn one_split_is_shown_counted_and_predicted() {
    let mut list = list(&[]);
    let pictures = [
        in_split("/f/val/cat/0.png", "val"),
        in_split("/f/train/cat/1.png", "train"),
        found("/f/owl/2.png"),
        in_split("/f/train/dog/3.png", "train"),
    ];
    list.add_labels(Ok(labelled("train/dog/3.png,owl,test\n")));
    list.add(pictures.to_vec());
    list.complete();
    let names = |list: &ImageList| -> Vec<(String, usize)> {
        let splits = list
            .splits_in_order()
            .into_iter()
            .map(|split| &list.splits()[split]);
        splits
            .map(|split| (split.name.to_string(), split.pictures))
            .collect()
    };
    let expected =
        [("train", 1), ("val", 1), ("test", 1)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!(names(&list), expected);
    let train = list.splits_in_order()[0];
    list.set_split(Some(train));
    list.refresh(Instant::now());
    assert_eq!((list.order(), list.counts().pictures), (&[1][..], 1));
    assert_eq!(list.waiting(9, |_| false), [1]);
    list.set_split(None);
    list.refresh(Instant::now());
    assert_eq!(list.order().len(), 4);
    assert_eq!(list.waiting(9, |_| false), [0, 1, 2, 3]);
}

#[test]
fn shows_unreadable_images_and_those_taken_for_a_certain_class() {
    let mut list = animals();
    assert_eq!(filtered(&mut list, Filter::Unreadable), [5]);
    let confused = |truth, predicted| Filter::Confused { truth, predicted };
    assert_eq!(filtered(&mut list, confused(0, 1)), [1]);
    assert_eq!(filtered(&mut list, confused(1, 0)), [2]);
    assert_eq!(filtered(&mut list, confused(2, 0)), [0; 0]);
}

#[test]
fn searches_names_and_folders_within_the_filter() {
    let mut list = animals();
    let mut search = |text: &str| {
        list.set_search(text);
        list.refresh(Instant::now());
        list.order().to_vec()
    };
    assert_eq!(search("DOG"), [2, 3]);
    assert_eq!(search("3 dog"), [3]);
    assert_eq!(search("dog 4"), [0; 0]);
    assert_eq!(search("").len(), 7);
    search("cat");
    assert_eq!(filtered(&mut list, Filter::Mistakes), [1]);
}
