//! Operators of `ai.onnx.ml` behind a network: the names that Azure Custom Vision, Core ML and scikit-learn return
//! in place of numbers, and the plain arithmetic of scikit-learn.
//!
//! What only serves names gives back the scores, or the number of the class, that the name stands for.

pub mod labels;
mod linear;

use super::{Reader, reshaped};

/// The domain of these operators.
pub const DOMAIN: &str = "ai.onnx.ml";

/// What reads the operator of this name; `None` if it is not supported.
pub fn reader(op: &str) -> Option<Reader> {
    let reader: Reader = match op {
        "ZipMap" => labels::zip_map,
        "ArrayFeatureExtractor" => labels::entries,
        "LabelEncoder" => labels::encoder,
        "Scaler" => linear::scaler,
        "Normalizer" => linear::normalizer,
        "LinearClassifier" => linear::classifier,
        "LinearRegressor" => linear::regressor,
        "Binarizer" => linear::binarizer,
        _ => return None,
    };
    Some(reader)
}

/// Why an operator that is known is not supported, and what to do; `None` for all others.
pub fn reason(op: &str) -> Option<&'static str> {
    Some(match op {
        "TreeEnsemble" | "TreeEnsembleClassifier" | "TreeEnsembleRegressor" => {
            "decision trees answer in steps, which have no gradient; export the network alone, without what \
             scikit-learn puts behind it"
        }
        "SVMClassifier" | "SVMRegressor" => {
            "support vector machines are not read; export the network alone, without what scikit-learn puts behind it"
        }
        "CastMap" | "CategoryMapper" | "DictVectorizer" | "FeatureVectorizer" | "Imputer"
        | "OneHotEncoder" => {
            "it prepares the columns of a table, and no image; export the network alone"
        }
        _ => return None,
    })
}
