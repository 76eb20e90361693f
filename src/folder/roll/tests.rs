use super::*;

fn labels(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Pictures of cats and dogs, in folders named after them.
fn roll(paths: &[&str]) -> Roll {
    let mut roll = Roll::default();
    roll.set_labels(&labels(&["cat", "dog", "owl"]));
    roll.add(paths.iter().map(|path| Path::new(path).into()).collect());
    roll
}

/// An answer that is `sure` of a class.
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

fn sorted(roll: &mut Roll, sort: Sort) -> Vec<usize> {
    roll.set_sort(sort);
    roll.refresh(Instant::now());
    roll.order().to_vec()
}

fn filtered(roll: &mut Roll, filter: Filter) -> Vec<usize> {
    roll.set_filter(filter);
    roll.refresh(Instant::now());
    roll.order().to_vec()
}

fn animals() -> Roll {
    let mut roll = roll(&[
        "/f/cat/0.png",
        "/f/cat/1.png",
        "/f/dog/2.png",
        "/f/dog/3.png",
        "/f/else/4.png",
        "/f/else/5.png",
        "/f/owl/6.png",
    ]);
    roll.answer(0, Ok(&outcome(0, 0.9)));
    roll.answer(1, Ok(&outcome(1, 0.7)));
    roll.answer(2, Ok(&outcome(0, 0.8)));
    roll.answer(3, Ok(&outcome(1, 0.8)));
    roll.answer(4, Ok(&outcome(2, 0.4)));
    roll.set_unreadable(5, Some("empty".to_owned()));
    roll
}

#[test]
fn each_order_is_as_it_says_and_stable() {
    let mut roll = animals();
    assert_eq!(sorted(&mut roll, Sort::Name), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(sorted(&mut roll, Sort::Class), [0, 2, 3, 1, 4, 5, 6]);
    assert_eq!(sorted(&mut roll, Sort::Surest), [0, 2, 3, 1, 4, 5, 6]);
    assert_eq!(sorted(&mut roll, Sort::LeastSure), [4, 1, 2, 3, 0, 5, 6]);
    assert_eq!(sorted(&mut roll, Sort::Mistakes), [2, 1, 0, 3, 4, 5, 6]);
}

#[test]
fn each_filter_lets_through_what_it_says() {
    let mut roll = animals();
    assert_eq!(filtered(&mut roll, Filter::Mistakes), [1, 2]);
    assert_eq!(filtered(&mut roll, Filter::Class(0)), [0, 1, 2]);
    assert_eq!(filtered(&mut roll, Filter::Class(2)), [4, 6]);
    assert_eq!(filtered(&mut roll, Filter::Unanswered), [5, 6]);
    roll.set_sort(Sort::Surest);
    assert_eq!(filtered(&mut roll, Filter::Mistakes), [2, 1]);
    assert_eq!(filtered(&mut roll, Filter::All).len(), 7);
}

#[test]
fn what_there_is_is_counted() {
    let mut roll = animals();
    roll.refresh(Instant::now());
    let counts = Counts {
        pictures: 7,
        unreadable: 1,
        waiting: 1,
        answered: 5,
        failed: 0,
        judged: 4,
        mistakes: 2,
    };
    assert_eq!(roll.counts(), counts);
    roll.answer(6, Err("not finite".to_owned()));
    roll.refresh(Instant::now());
    assert_eq!((roll.counts().failed, roll.counts().waiting), (1, 0));
}

#[test]
fn the_order_is_made_again_only_where_something_changed() {
    let now = Instant::now();
    let mut roll = animals();
    assert!(roll.refresh(now));
    assert!(!roll.refresh(now));
    roll.answer(0, Ok(&outcome(0, 0.9)));
    assert!(!roll.refresh(now), "the same answer changes nothing");
    roll.answer(0, Ok(&outcome(1, 0.9)));
    assert!(roll.refresh(now));
}

#[test]
fn what_streams_in_reorders_the_view_at_intervals_only() {
    let start = Instant::now();
    let mut roll = animals();
    roll.set_sort(Sort::Mistakes);
    roll.refresh(start);
    roll.answer(6, Ok(&outcome(0, 0.95)));
    assert!(roll.refresh(start), "the counts are fresh at once");
    assert_eq!(roll.counts().mistakes, 3);
    assert_eq!(roll.order()[0], 2);
    assert!(!roll.refresh(start));
    let due = roll.is_due_at().unwrap();
    assert!(due > start);
    assert!(roll.refresh(due));
    assert_eq!(roll.order()[0], 6);
    assert_eq!(roll.is_due_at(), None);
    // What is asked for by hand comes at once.
    roll.answer(6, Ok(&outcome(2, 0.95)));
    roll.set_filter(Filter::Mistakes);
    roll.refresh(due);
    assert_eq!(roll.order(), [2, 1]);
}

#[test]
fn another_model_drops_the_answers_and_reads_the_folders_anew() {
    let mut roll = animals();
    roll.set_truth(Path::new("/f/else/4.png"), Some(1), None);
    roll.set_labels(&labels(&["owl", "dog"]));
    let truths: Vec<Option<usize>> = roll.entries().iter().map(|e| e.truth).collect();
    let (owl, dog) = (Some(0), Some(1));
    assert_eq!(truths, [None, None, dog, dog, dog, None, owl]);
    assert!(roll.entries().iter().all(|e| e.answer == Answered::Waiting));
    assert_eq!(roll.waiting(9, |_| false), [0, 1, 2, 3, 4, 6]);
}

#[test]
fn a_truth_given_by_hand_judges_the_answer_or_asks_for_it_again() {
    let mut roll = animals();
    assert_eq!(roll.waiting(9, |_| false), [6]);
    let path = Path::new("/f/else/4.png");
    roll.set_truth(path, Some(1), None);
    assert_eq!(roll.waiting(9, |_| false), [4, 6]);
    assert_eq!(roll.truth(path), Some(1));
    roll.set_truth(path, Some(0), Some(&outcome(2, 0.4)));
    assert_eq!(roll.waiting(9, |_| false), [6]);
    assert!(roll.entries()[4].is_mistake());
    roll.set_truth(path, None, Some(&outcome(2, 0.4)));
    assert!(!roll.entries()[4].is_mistake());

    let alone = Path::new("/elsewhere/dog/one.png");
    assert_eq!(
        roll.truth(alone),
        None,
        "only pictures of the folder are read off it"
    );
    roll.set_truth(alone, Some(2), None);
    assert_eq!(roll.truth(alone), Some(2));
    roll.clear();
    assert_eq!((roll.truth(path), roll.truth(alone)), (None, Some(2)));
}
