use super::*;
use crate::model::op::{
    Arithmetic, Attention, Einsum, Indexing, Masking, MatrixProduct, Op, Operands, Pair,
    PairFunction, Reduction, Reshaping,
};

fn pair(function: PairFunction) -> Pair {
    let operands = Operands::Tensors;
    Pair { function, operands }
}

/// Elements that are made and steps that are taken on inputs of these shapes.
fn cost(op: impl Into<Op>, inputs: &[&[i64]]) -> (f64, f64) {
    let op = op.into();
    let outputs = op.output_shapes(inputs).unwrap();
    let made: f64 = outputs.shapes().iter().map(|shape| elements(shape)).sum();
    let cost = op.cost(inputs, outputs.shapes());
    (made + cost.scratch, cost.work)
}

fn made(op: impl Into<Op>, inputs: &[&[i64]]) -> f64 {
    cost(op, inputs).0
}

#[test]
fn a_batch_of_matrices_is_multiplied_pairwise() {
    let (x, second): (&[i64], &[i64]) = (&[1, 6, 196, 9, 9], &[1, 6, 196, 9, 32]);
    let positions = 6.0 * 196.0 * 9.0 * 32.0;
    let matmul = MatrixProduct::Matmul;
    assert_eq!(
        cost(matmul.clone(), &[x, second]),
        (positions, positions * 9.0)
    );
    assert_eq!(cost(matmul, &[&[4, 50, 8], &[8, 3]]), (600.0, 4800.0));
}

#[test]
fn an_einsum_costs_the_product_of_all_its_letters() {
    let op = |equation: &str| Einsum {
        equation: equation.into(),
    };
    let shapes: [&[i64]; 2] = [&[2, 5, 7], &[2, 7, 3]];
    assert_eq!(cost(op("bij,bjk->bik"), &shapes), (30.0, 210.0));
    assert_eq!(
        cost(op("ab,cd->abcd"), &[&[1000, 1000], &[1000, 1000]]),
        (1e12, 1e12)
    );
    // An axis of size 1 is broadcast.
    assert_eq!(cost(op("ab,ab->ab"), &[&[50, 7], &[1, 7]]), (350.0, 350.0));
    // Dots stand for the axes between the letters before and after them.
    let wide: [&[i64]; 2] = [&[1, 150_528]; 2];
    let all = 150_528f64 * 150_528.0;
    assert_eq!(cost(op("...a,...b->...ab"), &wide), (all, all));
    let batches: [&[i64]; 2] = [&[4, 5, 7], &[7, 3]];
    assert_eq!(cost(op("...ab,bc->...ac"), &batches), (60.0, 420.0));
}

#[test]
fn a_broadcast_costs_what_comes_out() {
    let (column, row): (&[i64], &[i64]) = (&[1000, 1], &[1, 1000]);
    for op in [
        Op::from(Arithmetic::Add { alpha: 1.0 }),
        pair(PairFunction::Maximum).into(),
        Masking::MaskedFill { value: 0.0 }.into(),
    ] {
        assert_eq!(made(op, &[column, row]), 1e6);
    }
    // With both sides changed where they would trap.
    assert_eq!(
        made(pair(PairFunction::TruncatedDivide), &[column, row]),
        4e6
    );
    assert_eq!(made(Masking::Where, &[&[1], column, row]), 1e6);
    let product = Arithmetic::AddProduct { value: 1.0 };
    assert_eq!(made(product, &[&[3, 1, 1], column, row]), 3e6);
}

#[test]
fn an_entry_costs_as_often_as_it_is_picked() {
    let x: &[i64] = &[1, 3, 8, 8];
    for dim in [2, -2] {
        let op = Indexing::IndexSelect { dim };
        assert_eq!(made(op, &[x, &[40_000]]), 3.0 * 40_000.0 * 8.0);
    }
    let dims = vec![false, false, true, true];
    let op = Indexing::Index { dims };
    assert_eq!(made(op, &[x, &[1000, 1], &[1, 1000]]), 3e6);
}

#[test]
fn heads_that_share_their_keys_cost_as_many_as_there_are() {
    let op = Attention {
        mask: false,
        causal: false,
        scale: None,
        grouped: false,
    };
    let (query, key): (&[i64], &[i64]) = (&[1, 1, 10, 4], &[50, 6, 20, 4]);
    let products = 50.0 * 6.0 * 10.0 * 20.0;
    assert_eq!(
        cost(op, &[query, key, key]),
        (products + 50.0 * 6.0 * 10.0 * 4.0, products * 8.0)
    );
}

#[test]
fn a_reduction_costs_what_it_reads_and_a_view_its_elements() {
    let x: &[i64] = &[1, 3, 8, 8];
    let mean = Reduction::Mean {
        dims: vec![2, 3],
        keepdim: false,
    };
    assert_eq!(cost(mean, &[x]), (3.0, 192.0));
    let expand = Reshaping::Expand {
        shape: vec![-1, 3, 80, 8],
    };
    assert_eq!(made(expand, &[&[1, 3, 1, 8]]), 1920.0);
}
