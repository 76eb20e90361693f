use std::time::Duration;

use super::*;

/// All images of a scan by their path relative to `root`, and how it ended.
fn scan(root: &Path, paths: Vec<PathBuf>) -> (Vec<String>, Report) {
    let mut scan = Scan::start(paths, Arc::new(|| {})).unwrap();
    let mut names = Vec::new();
    loop {
        match scan.poll() {
            Some(Report::Found(paths)) => {
                assert!(paths.len() <= BATCH);
                names.extend(paths.iter().map(|picture| {
                    let below = picture.path.strip_prefix(root).expect("an absolute path");
                    below.to_string_lossy().into_owned()
                }));
            }
            Some(Report::Labels(_)) => {}
            Some(end) => {
                assert!(!scan.is_under_way());
                return (names, end);
            }
            None => thread::sleep(Duration::from_millis(1)),
        }
    }
}

fn touch(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn reads_a_folder_and_its_subfolders_in_natural_order() {
    let root = tempfile::tempdir().unwrap();
    for name in [
        "img10.png",
        "img2.PNG",
        "notes.txt",
        ".hidden.png",
        "B.jpeg",
        "class 10/x.png",
        "class 2/y.webp",
        "class 2/deeper/z.png",
        ".git/a.png",
    ] {
        touch(root.path(), name, b"");
    }
    touch(root.path(), "without_extension", b"\x89PNG\r\n\x1a\n");
    touch(root.path(), "README", b"words");
    let (names, end) = scan(root.path(), vec![root.path().to_owned()]);
    assert_eq!(
        names,
        [
            "B.jpeg",
            "img2.PNG",
            "img10.png",
            "without_extension",
            "class 2/y.webp",
            "class 10/x.png",
        ]
    );
    let tally = Tally {
        others: 2,
        ..Tally::default()
    };
    assert_eq!(end, Report::Done(tally));
}

#[test]
fn takes_named_files_as_they_are() {
    let root = tempfile::tempdir().unwrap();
    touch(root.path(), "b.dat", b"");
    touch(root.path(), "folder/c.png", b"");
    let paths = ["b.dat", "missing.png", "folder", "b.dat"].map(|name| root.path().join(name));
    let (names, end) = scan(root.path(), paths.to_vec());
    assert_eq!(names, ["b.dat", "folder/c.png", "missing.png"]);
    assert_eq!(end, Report::Done(Tally::default()));
}

#[cfg(unix)]
#[test]
fn follows_links_and_counts_broken_ones() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    touch(elsewhere.path(), "far.png", b"");
    touch(root.path(), "near.png", b"");
    symlink(elsewhere.path().join("far.png"), root.path().join("a.png")).unwrap();
    symlink(elsewhere.path(), root.path().join("linked")).unwrap();
    symlink(root.path().join("gone"), root.path().join("broken.png")).unwrap();
    // Opening a pipe would block forever.
    let pipe = std::process::Command::new("mkfifo")
        .arg(root.path().join("pipe"))
        .status();
    let pipes = usize::from(pipe.is_ok_and(|status| status.success()));
    let (names, end) = scan(root.path(), vec![root.path().to_owned()]);
    assert_eq!(names, ["a.png", "near.png", "linked/far.png"]);
    let tally = Tally {
        unreadable: 1 + pipes,
        ..Tally::default()
    };
    assert_eq!(end, Report::Done(tally));
}

#[test]
fn reports_a_folder_without_images() {
    let root = tempfile::tempdir().unwrap();
    touch(root.path(), "notes.txt", b"");
    let (names, end) = scan(root.path(), vec![root.path().to_owned()]);
    assert!(names.is_empty());
    let Report::Failed(error) = end else {
        panic!("{end:?}")
    };
    let words = error.to_string();
    assert!(
        words.ends_with(&root.path().display().to_string()),
        "{words}"
    );
}

#[test]
fn reports_thousands_of_files_in_batches() {
    let root = tempfile::tempdir().unwrap();
    for index in 0..1203 {
        touch(root.path(), &format!("{index}.png"), b"");
    }
    let (names, _) = scan(root.path(), vec![root.path().to_owned()]);
    let expected: Vec<String> = (0..1203).map(|index| format!("{index}.png")).collect();
    assert_eq!(names, expected);
}

type Place = (String, Option<String>, Option<(String, Source)>);

/// Each image of a scan by its path relative to `root`, with its split and the name of its folder.
fn places(root: &Path) -> Vec<Place> {
    let mut scan = Scan::start(vec![root.to_owned()], Arc::new(|| {})).unwrap();
    let mut found = Vec::new();
    while scan.is_under_way() {
        match scan.poll() {
            Some(Report::Found(pictures)) => found.extend(pictures),
            Some(_) => {}
            None => thread::sleep(Duration::from_millis(1)),
        }
    }
    let place = |picture: Picture| {
        let below = picture.path.strip_prefix(root).unwrap();
        let name = picture
            .name
            .map(|(name, source)| (name.to_string(), source));
        let split = picture.split.map(|split| split.to_string());
        (below.to_string_lossy().into_owned(), split, name)
    };
    found.into_iter().map(place).collect()
}

#[test]
fn reads_the_tree_of_a_data_set_with_splits() {
    let root = tempfile::tempdir().unwrap();
    for name in [
        "Val/cat/1.png",
        "test/2.png",
        "train/cat/3.png",
        "train/dog/4.png",
        "train/dog/deeper/no.png",
        "others/5.png",
        "6.png",
    ] {
        touch(root.path(), name, b"");
    }
    fs::create_dir(root.path().join("test/dog")).unwrap();
    let around = root
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let folder = |name: &str| Some((name.to_owned(), Source::Folder));
    let split = |name: &str| Some(name.to_owned());
    let expected = [
        ("6.png", None, Some((around, Source::Around))),
        ("others/5.png", None, folder("others")),
        ("train/cat/3.png", split("train"), folder("cat")),
        ("train/dog/4.png", split("train"), folder("dog")),
        ("Val/cat/1.png", split("Val"), folder("cat")),
        ("test/2.png", split("test"), None),
    ];
    let expected = expected.map(|(path, split, name)| (path.to_owned(), split, name));
    assert_eq!(places(root.path()), expected);
}

#[test]
fn takes_a_folder_of_trains_among_others_for_a_class() {
    let root = tempfile::tempdir().unwrap();
    for name in ["car/1.png", "train/2.png"] {
        touch(root.path(), name, b"");
    }
    let found = places(root.path());
    assert!(
        found
            .iter()
            .all(|(_, split, name)| split.is_none() && name.is_some())
    );
    // Alone, two splits need no subfolders.
    let flat = tempfile::tempdir().unwrap();
    for name in ["test/1.png", "train/2.png"] {
        touch(flat.path(), name, b"");
    }
    let found = places(flat.path());
    assert!(
        found
            .iter()
            .all(|(_, split, name)| split.is_some() && name.is_none())
    );
}

#[test]
fn reports_labels_before_images() {
    let root = tempfile::tempdir().unwrap();
    touch(root.path(), "a.png", b"");
    touch(root.path(), "Labels.CSV", b"a.png,cat\n");
    let mut scan = Scan::start(vec![root.path().to_owned()], Arc::new(|| {})).unwrap();
    let mut reports = Vec::new();
    while scan.is_under_way() {
        reports.extend(scan.poll());
    }
    let [
        Report::Labels(Ok(file)),
        Report::Found(found),
        Report::Done(tally),
    ] = &reports[..]
    else {
        panic!("{reports:?}")
    };
    assert_eq!(
        (file.rows().len(), found.len(), *tally),
        (1, 1, Tally::default())
    );
}
