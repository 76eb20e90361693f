//! Figures on paper: widths, sizes of text, letters, and what is done with what the model did not see.

use super::*;

#[test]
fn on_paper_has_the_chosen_width_and_one_size_of_text() {
    for size in [(600, 400), (400, 600), (8, 8), (30, 600), (3000, 200)] {
        for (mm, text_pt, dpi) in [(85.0, 8.0, 150.0), (180.0, 7.0, 72.0), (85.0, 9.0, 200.0)] {
            for long in [false, true] {
                for comparison in [pair(size, long, true), two_classes(size, long, Scale::Own)] {
                    let print_of = Print {
                        width_mm: mm,
                        text_pt,
                        dpi,
                    };
                    let setting = Setting {
                        extent: Extent::Print(print_of),
                        ..print(mm)
                    };
                    let page = comparison.page(&setting);
                    let about = format!("{size:?} on {mm} mm with {text_pt} pt, {long}");
                    assert_laid_out_within(&page, 0.5, &about);
                    let (width, _) = page.millimetres().unwrap();
                    assert!((width - f64::from(mm)).abs() < 1e-6, "{about}: {width}");
                    for item in &page.items {
                        if let Item::Text(run) = item {
                            let points = f64::from(run.style.em) / page.per_inch.unwrap() * 72.0;
                            assert!(
                                (points - f64::from(text_pt)).abs() < 0.02,
                                "{about}: {points}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn on_paper_panels_fill_the_width() {
    let page = pair((600, 400), false, false).page(&print(85.0));
    let panels = panels_of(&page);
    let margin = panels[0].0;
    let right = panels[2].0 + panels[2].2.width();
    let mm = |px: u32| f64::from(px) / page.per_inch.unwrap() * 25.4;
    assert!(mm(margin) < 1.0, "{}", mm(margin));
    assert!(mm(page.width - right) < 1.0, "{}", mm(page.width - right));
    // Three panels with 2 mm between them.
    assert!((26.0..28.0).contains(&mm(panels[0].2.width())));
}

#[test]
fn breaks_long_rows_and_letters_the_panels() {
    let setting = Setting {
        letters: true,
        captions: false,
        columns: Some(2),
        ..print(85.0)
    };
    let page =
        Comparison::of(two_classes((600, 400), false, Scale::Own).rows[0].clone()).page(&setting);
    assert_laid_out_within(&page, 0.5, "two by two");
    let panels = panels_of(&page);
    let corners: Vec<(bool, bool)> = panels
        .iter()
        .map(|panel| (panel.0 > panels[0].0, panel.1 > panels[0].1))
        .collect();
    assert_eq!(
        corners,
        [(false, false), (true, false), (false, true), (true, true)]
    );
    let said = words(&page);
    let titles = [
        "(a) Original",
        "(b) Grad-CAM",
        "(c) Guided backprop",
        "(d) Guided Grad-CAM",
    ];
    assert_eq!(said[..4], titles);
    assert!(
        !said.iter().any(|said| said.contains("photo.png")),
        "{said:?}"
    );
    assert!(said.contains(&"Heat map scale".to_owned()));
}

#[test]
fn shows_the_unseen_hatched_cut_off_or_shaded() {
    // The model sees the square in the middle.
    let mut comparison = pair((60, 30), false, true);
    comparison = comparison.mapped(|figure| {
        let mut figure = figure.clone();
        let mut answer = (*figure.answer).clone();
        answer.placement.source.x = 15.0;
        answer.placement.source.width = 30.0;
        figure.answer = answer.into();
        figure
    });
    let drawn = |unseen| {
        let setting = Setting {
            unseen,
            ..Setting::within(60)
        };
        let page = comparison.page(&setting);
        panels_of(&page)
            .iter()
            .map(|panel| panel.2.clone())
            .collect::<Vec<_>>()
    };
    let (cut, hatched, shaded) = (
        drawn(Unseen::Cut),
        drawn(Unseen::Hatched),
        drawn(Unseen::Shaded),
    );
    for column in 0..4 {
        assert_eq!(cut[column].dimensions(), (30, 30));
        assert_eq!(hatched[column].dimensions(), (60, 30));
        // What was seen is the same in all of them.
        for (picture, left) in [(&hatched[column], 15), (&shaded[column], 15)] {
            let seen = image::imageops::crop_imm(picture, left, 0, 30, 30).to_image();
            assert_eq!(seen, cut[column], "column {column}");
        }
    }
    let photo = &comparison.rows[0].figure.photo.rgb;
    assert_eq!(hatched[0], *photo);
    let unseen = |picture: &RgbImage| picture.get_pixel(1, 0).0;
    assert_eq!(unseen(&shaded[1]), [16, 32, 48]);
    assert_eq!(unseen(&hatched[1]), [169, 185, 201]);
    // Over the photo in grey.
    assert_eq!(unseen(&hatched[3]), [183; 3]);
}

#[test]
fn the_part_of_a_photo_that_views_share_is_cut_once() {
    let part = PixelBox {
        x: 10,
        y: 0,
        width: 20,
        height: 30,
    };
    let cut = pair((60, 30), false, true).part(|_| part);
    let rows = cut.rows.iter();
    let photos: Vec<&Arc<Photo>> = rows
        .flat_map(|row| {
            let cells = row.shown().map(|cell| &cell.figure.photo);
            cells.chain([&row.figure.photo])
        })
        .collect();
    assert!(photos.len() > 4);
    for photo in &photos {
        assert_eq!(photo.rgb.dimensions(), (20, 30));
        assert!(Arc::ptr_eq(photo, photos[0]));
    }
}
