//! What the folder's threads have finished.

use std::time::Instant;

use super::{Gallery, Incoming};
use crate::folder::Error;
use crate::folder::decoder::{Decoded, Decoder};
use crate::folder::predictions::{Finished, Predictor, Whose};
use crate::folder::scan::{Report, Scan};

impl Gallery {
    /// Collects results and submits the next images. Returns whether anything on screen may have
    /// changed.
    ///
    /// # Errors
    /// If what was opened last contains no images; the previous images stay.
    pub fn poll(&mut self, predictor: &dyn Predictor, now: Instant) -> Result<bool, Error> {
        let replaced = self.take_incoming(predictor);
        let mut changed = self.take_found();
        for decoded in self.decoder.as_ref().map(Decoder::take).unwrap_or_default() {
            self.take_decoded(decoded, predictor);
            changed = true;
        }
        for finished in self.predictions.take(now) {
            self.take_finished(finished);
            changed = true;
        }
        if changed {
            self.request_images();
        }
        let refreshed = self.list.refresh(now);
        Ok(replaced? || changed || refreshed)
    }

    /// Returns whether the images have been replaced.
    fn take_incoming(&mut self, predictor: &dyn Predictor) -> Result<bool, Error> {
        let Some(incoming) = &mut self.incoming else {
            return Ok(false);
        };
        let mut report = incoming.scan.poll();
        while let Some(Report::Labels(file)) = report {
            incoming.labels.push(file);
            report = incoming.scan.poll();
        }
        match report {
            // Labels were taken above.
            None | Some(Report::Labels(_)) => Ok(false),
            Some(Report::Failed(error)) => {
                self.incoming = None;
                Err(error)
            }
            Some(Report::Done(_)) => {
                self.incoming = None;
                Ok(false)
            }
            Some(Report::Found(found)) => {
                let Some(Incoming {
                    paths,
                    scan,
                    labels,
                }) = self.incoming.take()
                else {
                    return Ok(false);
                };
                self.close(predictor);
                self.paths = paths;
                self.scan = Some(scan);
                for file in labels {
                    self.list.add_labels(file);
                }
                self.list.add(found);
                self.request_images();
                Ok(true)
            }
        }
    }

    fn take_found(&mut self) -> bool {
        let mut changed = false;
        while let Some(report) = self.scan.as_mut().and_then(Scan::poll) {
            changed = true;
            match report {
                Report::Labels(file) => self.list.add_labels(file),
                Report::Found(pictures) => self.list.add(pictures),
                Report::Done(tally) => {
                    self.tally = tally;
                    self.list.complete();
                }
                // Cannot happen: images were found.
                Report::Failed(_) => {}
            }
        }
        changed
    }

    fn take_decoded(&mut self, decoded: Decoded, predictor: &dyn Predictor) {
        let Decoded {
            index,
            thumbnail,
            photo,
        } = decoded;
        match thumbnail {
            Ok(picture) if self.in_sight_set.contains(&index) => {
                self.thumbnails.keep(index, picture);
            }
            Ok(picture) => self.thumbnails.keep_if_room(index, picture),
            Err(why) => self.list.set_unreadable(index, Some(why)),
        }
        let Some(photo) = photo else { return };
        match self.turn(index).filter(|_| self.asks()) {
            Some(whose) => self.predictions.ask(index, whose, photo, predictor),
            None => self.release(&photo),
        }
    }

    fn take_finished(&mut self, finished: Finished) {
        self.release(&finished.photo);
        if let Some(outcome) = finished.outcome {
            let outcome = outcome.as_ref().map_err(String::clone);
            match finished.whose {
                Whose::First => self.list.set_prediction(finished.index, outcome),
                Whose::Second => self.list.set_second_prediction(finished.index, outcome),
            }
        }
    }
}
