//! Operations on inputs that they were not made for, most of them found by fuzzing.

use tch::{Device, Kind};

use super::*;

mod bounds;
mod positions;
mod sequences;
mod several;
mod shapes;
mod support;
mod windows;

fn apply(op: &Op, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
    op.run(inputs)
}

/// A function of x and a number.
fn of_number(function: PairFunction, number: f64) -> Op {
    let operands = Operands::Second(number.into());
    Pair { function, operands }.into()
}

fn row(numbers: &[f64], kind: Kind) -> Tensor {
    Tensor::from_slice(numbers).to_kind(kind)
}

fn doubles(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(tensor.to_kind(Kind::Double).reshape([-1])).unwrap()
}

#[test]
fn a_number_that_libtorch_refuses_is_an_error_and_not_a_panic() {
    let numbers = [0.0, -1.0, 0.5, 300.0, -1e18, 1e30, f64::INFINITY, f64::NAN];
    for kind in [Kind::Float, Kind::Int64, Kind::Uint8, Kind::Bool] {
        let x = row(&[0.0, 1.0, 7.0], kind);
        for number in numbers {
            for op in [
                Op::from(Arithmetic::AddScalar(number)),
                Arithmetic::RsubScalar(number).into(),
                Arithmetic::MulScalar(number).into(),
                Arithmetic::PowScalar(number).into(),
                of_number(PairFunction::NotEqual, number),
                of_number(PairFunction::Remainder, number),
                of_number(PairFunction::Power, number),
                Activation::Threshold {
                    threshold: number,
                    value: number,
                }
                .into(),
                Activation::Softplus {
                    beta: number,
                    threshold: number,
                }
                .into(),
                Creation::Spaced {
                    start: 0.0,
                    end: number,
                    steps: 3,
                    kind,
                }
                .into(),
                Reduction::Variance {
                    correction: number,
                    root: false,
                    dims: vec![0],
                    keepdim: false,
                }
                .into(),
                Masking::MaskedFill { value: number }.into(),
                of_number(PairFunction::FloorDivide, number),
                of_number(PairFunction::FMod, number),
                Masking::FillScalar(number).into(),
                Activation::Clamp {
                    min: Some(number),
                    max: None,
                }
                .into(),
                Activation::Hardtanh {
                    min: 0.0,
                    max: number,
                }
                .into(),
                Creation::Full {
                    shape: vec![2],
                    value: number,
                    kind,
                }
                .into(),
                Creation::Range {
                    start: 0.0,
                    end: number.min(9.0),
                    step: 1.0,
                    kind,
                }
                .into(),
            ] {
                let mask = &x;
                if let Ok(results) = apply(&op, &[&x, mask]) {
                    assert_eq!(results.len(), 1, "{op:?} of {kind:?}");
                }
            }
        }
    }
}

#[test]
fn integers_stay_integers_under_integers() {
    let x = row(&[7.0, -7.0, 4.0], Kind::Int64);
    for (op, due, kind) in [
        (
            of_number(PairFunction::FMod, 4.0),
            [3.0, -3.0, 0.0],
            Kind::Int64,
        ),
        (
            of_number(PairFunction::FloorDivide, 2.0),
            [3.0, -4.0, 2.0],
            Kind::Int64,
        ),
        (
            of_number(PairFunction::FMod, 2.5),
            [2.0, -2.0, 1.5],
            Kind::Float,
        ),
        (Masking::FillScalar(5.0).into(), [5.0; 3], Kind::Int64),
        (
            of_number(PairFunction::Equal, 4.0),
            [0.0, 0.0, 1.0],
            Kind::Bool,
        ),
    ] {
        let result = &apply(&op, &[&x]).unwrap()[0];
        assert_eq!(doubles(result), due, "{op:?}");
        assert_eq!(result.kind(), kind, "{op:?}");
    }
    let mask = row(&[1.0, 0.0, 0.0], Kind::Bool);
    let filled = &apply(&Masking::MaskedFill { value: 9.0 }.into(), &[&x, &mask]).unwrap()[0];
    assert_eq!(doubles(filled), [9.0, -7.0, 4.0]);
}

#[test]
fn refuses_a_norm_over_axes_that_do_not_exist() {
    let x = Tensor::ones([1, 3, 2, 2], (Kind::Float, Device::Cpu));
    let norm = |dims: &[i64]| {
        let op = Reduction::VectorNorm {
            ord: 2.0,
            dims: dims.to_vec(),
            keepdim: false,
        };
        apply(&op.into(), &[&x]).map(|results| doubles(&results[0]))
    };
    for dims in [&[9][..], &[-5], &[1, 1], &[1, -3], &[i64::MIN]] {
        assert!(norm(dims).is_err(), "{dims:?}");
    }
    assert_eq!(norm(&[]).unwrap(), [f64::from(12f64.sqrt() as f32)]);
    assert_eq!(norm(&[-1, 2]).unwrap(), [2.0; 3]);
}

#[test]
fn refuses_a_range_that_counts_away_from_its_end() {
    let counted = |start, end, step| {
        let kind = Kind::Int64;
        let op = Creation::Range {
            start,
            end,
            step,
            kind,
        };
        apply(&op.into(), &[]).map(|results| doubles(&results[0]))
    };
    assert!(counted(0.0, 4.0, -1.0).is_err());
    assert!(counted(0.0, 4.0, 0.0).is_err());
    assert_eq!(counted(4.0, 0.0, -2.0).unwrap(), [4.0, 2.0]);
    assert_eq!(counted(3.0, 3.0, 1.0).unwrap(), [0.0; 0]);
}

#[test]
fn does_not_trap_where_the_smallest_integer_is_divided_by_minus_one() {
    let x = Tensor::from_slice(&[i64::MIN, 7]);
    let minus = Tensor::from_slice(&[-1i64, -1]);
    for (function, due) in [
        (PairFunction::FloorDivide, [i64::MIN, -7]),
        (PairFunction::TruncatedDivide, [i64::MIN, -7]),
        (PairFunction::Remainder, [0, 0]),
        (PairFunction::FMod, [0, 0]),
    ] {
        let operands = Operands::Tensors;
        let made = &apply(&Pair { function, operands }.into(), &[&x, &minus]).unwrap()[0];
        assert_eq!(Vec::<i64>::try_from(made).unwrap(), due, "{function:?}");
        let made = &apply(&of_number(function, -1.0), &[&x]).unwrap()[0];
        assert_eq!(Vec::<i64>::try_from(made).unwrap(), due, "{function:?}");
    }
}
