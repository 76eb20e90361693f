//! Inferred shapes of operations on several tensors and on none, beside those that libtorch computes.

use std::cell::Cell;

use tch::Kind;

use super::support::{SHAPES, assert_inferred, indices, ones};
use crate::model::op::*;

#[test]
fn infers_the_shapes_of_operations_on_several_tensors() {
    let ran = Cell::new(0);
    for a in SHAPES {
        for b in SHAPES {
            let (x, y) = (ones(a), ones(b));
            let check = |op: Op| ran.set(ran.get() + usize::from(assert_inferred(op, &[&x, &y])));
            for op in [
                Op::from(Arithmetic::Add { alpha: 1.0 }),
                Arithmetic::Lerp { weight: 0.5 }.into(),
                Algebra::Outer {}.into(),
                Algebra::Distances { p: 2.0 }.into(),
                Algebra::DistancesWithin { p: 2.0 }.into(),
                Algebra::CosineSimilarity { dim: 1, eps: 1e-8 }.into(),
                Algebra::VectorDot { dim: 0 }.into(),
                Algebra::Tensordot {
                    first: vec![-1],
                    second: vec![0],
                }
                .into(),
                Rearranging::Grid {
                    index: 1,
                    swapped: true,
                }
                .into(),
                Activation::Prelu.into(),
                MatrixProduct::Matmul.into(),
                MatrixProduct::Linear { bias: false }.into(),
                Reshaping::ReshapeAs.into(),
                Reshaping::ExpandAs.into(),
                Copying::CastAs.into(),
                Masking::Fill.into(),
            ] {
                check(op);
            }
            for function in PairFunction::ALL.iter().copied().step_by(9) {
                let operands = Operands::Tensors;
                check(Pair { function, operands }.into());
            }
            for dim in [-2, 0, 1] {
                let picked = indices(b).zero_();
                let pick = |op: Scattering| {
                    ran.set(ran.get() + usize::from(assert_inferred(op, &[&x, &picked])));
                };
                pick(Scattering::Gather { dim });
                pick(Scattering::TakeAlong { dim: Some(dim) });
                pick(Scattering::TakeAlong { dim: None });
                pick(Scattering::Embedding {});
                pick(Scattering::ScatterNumber { dim, value: 2.0 });
                pick(Scattering::IndexFill { dim, value: 2.0 });
                check(Joining::Cat { dim }.into());
                check(Joining::Stack { dim }.into());
                let picked = indices(b);
                let select = Indexing::IndexSelect { dim };
                ran.set(ran.get() + usize::from(assert_inferred(select, &[&x, &picked])));
            }
            let mask = ones(b).to_kind(Kind::Bool);
            let fill = Masking::MaskedFill { value: 2.0 };
            ran.set(ran.get() + usize::from(assert_inferred(fill, &[&x, &mask])));
            ran.set(ran.get() + usize::from(assert_inferred(Masking::Where, &[&mask, &x, &x])));
            let masked = Indexing::Index { dims: vec![true] };
            ran.set(ran.get() + usize::from(assert_inferred(masked, &[&x, &mask])));
            for dims in [
                vec![true],
                vec![false, true],
                vec![true, false, true],
                vec![true; 3],
            ] {
                let picked: Vec<Tensor> = dims.iter().map(|_| indices(b)).collect();
                let named = dims.iter().filter(|named| **named).count();
                let with_indices: Vec<&Tensor> =
                    std::iter::once(&x).chain(&picked[..named]).collect();
                let op = Indexing::Index { dims };
                ran.set(ran.get() + usize::from(assert_inferred(op, &with_indices)));
            }
        }
    }
    let (bias, a, b) = (ones(&[5]), ones(&[2, 3]), ones(&[3, 5]));
    assert!(assert_inferred(MatrixProduct::Addmm, &[&bias, &a, &b]));
    assert!(ran.get() > 500, "{ran:?}");
}

#[test]
fn infers_the_shapes_of_attention_and_einsum() {
    let attention = |grouped| Attention {
        mask: false,
        causal: false,
        scale: None,
        grouped,
    };
    for (grouped, query, key, value) in [
        (
            false,
            &[1, 2, 5, 4][..],
            &[1, 2, 7, 4][..],
            &[1, 2, 7, 3][..],
        ),
        (false, &[5, 4], &[7, 4], &[7, 4]),
        (false, &[2, 5, 4], &[1, 7, 4], &[1, 7, 4]),
        (true, &[1, 4, 5, 4], &[1, 2, 7, 4], &[1, 2, 7, 4]),
    ] {
        let (query, key, value) = (ones(query), ones(key), ones(value));
        assert!(assert_inferred(attention(grouped), &[&query, &key, &value]));
    }
    for (equation, a, b) in [
        ("bij,bjk->bik", &[2, 5, 7][..], &[2, 7, 3][..]),
        ("ij, jk", &[5, 7], &[7, 3]),
        ("ba,aB", &[5, 7], &[7, 3]),
        ("...ab,bc->...ac", &[4, 5, 7], &[7, 3]),
        ("...ab,...bc", &[4, 5, 7], &[1, 7, 3]),
        ("a...,a...->...", &[4, 5, 7], &[4, 5, 7]),
        ("...a,...b->ab", &[4, 5], &[4, 3]),
        ("ii,i->i", &[4, 4], &[4]),
        ("ij,ij->", &[4, 1], &[1, 5]),
    ] {
        let equation = equation.to_owned();
        let op = Einsum { equation };
        assert!(assert_inferred(op.clone(), &[&ones(a), &ones(b)]), "{op:?}");
    }
    for equation in ["ij->k", "i,j,k->ijk", "ij...k,k->i", "i->ii"] {
        let equation = equation.to_owned();
        assert_inferred(Einsum { equation }, &[&ones(&[4, 5]), &ones(&[5])]);
    }
}

#[test]
fn infers_the_shapes_of_what_is_made_from_nothing() {
    let kind = Kind::Float;
    for (start, end, step) in [
        (0.0, 4.0, 1.0),
        (1.0, 2.0, 0.3),
        (4.0, 0.0, -1.5),
        (3.0, 3.0, 1.0),
    ] {
        let op = Creation::Range {
            start,
            end,
            step,
            kind,
        };
        assert!(assert_inferred(op, &[]));
    }
    for shape in [vec![], vec![0, 3], vec![2, 3]] {
        let op = Creation::Full {
            shape,
            value: 1.0,
            kind,
        };
        assert!(assert_inferred(op, &[]));
    }
}
