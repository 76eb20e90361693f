//! In-place variants, which take the arguments of another operator, compute its values and write them
//! into the first input. So only that operator needs a reader.

use tch::Kind;

use super::call::Call;
use super::table::Known;
use crate::model::format::pt2::program::args::Args;
use crate::model::op::Copying;

/// The name and the overload of the operator that this one is the in-place variant of; `None` if it is
/// none.
pub fn base<'a>(name: &'a str, overload: &'a str) -> Option<(&'a str, &'a str)> {
    let name = out_of_place(name)?;
    // Without one that has a number first, the overloads have other names.
    let overload = match (name, overload) {
        ("pow", "Scalar") => "Tensor_Scalar",
        ("pow", "Tensor") => "Tensor_Tensor",
        (_, overload) => overload,
    };
    Some((name, overload))
}

/// `call`, which was read as `known`, written into its first input.
pub fn written<'a>(mut call: Call<'a>, known: &Known, args: Args<'a>) -> Call<'a> {
    call.in_place = true;
    // The tensor keeps its dtype, whatever is written into it.
    if let Some(kind) = args.kind("self") {
        let changes = match known {
            Known::Function(_) | Known::Pair(_) => true,
            Known::By(_) | Known::Aggregate(_) | Known::Scan(_) => kind != Kind::Float,
        };
        if changes {
            call.after.push(Copying::Cast(kind).into());
        }
    }
    call
}

/// In-place variants that change the shape of a tensor and not its values, and names that are no
/// in-place variants.
const NOT_IN_PLACE: [&str; 9] = [
    "as_strided_",
    "resize_",
    "set_",
    "squeeze_",
    "swapaxes_",
    "swapdims_",
    "t_",
    "transpose_",
    "unsqueeze_",
];

/// The operator that `name` is the in-place variant of: `relu` for `relu_`, which takes the same
/// arguments and computes the same values.
fn out_of_place(name: &str) -> Option<&str> {
    match name {
        "__iand__" => Some("bitwise_and"),
        "__ior__" => Some("bitwise_or"),
        "__ixor__" => Some("bitwise_xor"),
        // Read under their own names.
        "detach_" | "dropout_" | "feature_dropout_" => None,
        name if name.ends_with("__") || NOT_IN_PLACE.contains(&name) => None,
        name => name.strip_suffix('_'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_operator_behind_an_in_place_variant() {
        for (name, base) in [
            ("relu_", Some("relu")),
            ("index_put_", Some("index_put")),
            ("__iand__", Some("bitwise_and")),
            ("__and__", None),
            ("relu", None),
            ("squeeze_", None),
            ("dropout_", None),
        ] {
            assert_eq!(out_of_place(name), base, "{name}");
        }
    }
}
