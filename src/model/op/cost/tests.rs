use super::*;

fn elements(op: Op, shapes: &[&[i64]]) -> f64 {
    let shapes: Vec<Vec<i64>> = shapes.iter().map(|shape| shape.to_vec()).collect();
    cost(&op, &shapes).0
}

#[test]
fn matrices_side_by_side_are_multiplied_pairwise() {
    let (x, second) = (vec![1, 6, 196, 9, 9], vec![1, 6, 196, 9, 32]);
    let places = 6.0 * 196.0 * 9.0 * 32.0;
    assert_eq!(cost(&Op::Matmul, &[x, second]), (places, places * 9.0));
    let shared = [vec![4, 50, 8], vec![8, 3]];
    assert_eq!(cost(&Op::Matmul, &shared), (600.0, 4800.0));
}

#[test]
fn a_sum_over_letters_costs_what_all_of_them_run_over() {
    let op = |equation: &str| Op::Einsum {
        equation: equation.into(),
    };
    let shapes = [vec![2, 5, 7], vec![2, 7, 3]];
    assert_eq!(cost(&op("bij,bjk->bik"), &shapes), (30.0, 210.0));
    let outer = [vec![1000, 1000], vec![1000, 1000]];
    assert_eq!(cost(&op("ab,cd->abcd"), &outer), (1e12, 1e12));
    // A letter's axis of one is laid over the others'.
    let over = [vec![50, 7], vec![1, 7]];
    assert_eq!(cost(&op("ab,ab->ab"), &over), (350.0, 350.0));
    // Dots stand for the axes between the letters before and behind them.
    let wide = [vec![1, 150_528], vec![1, 150_528]];
    let all = 150_528f64 * 150_528.0;
    assert_eq!(cost(&op("...a,...b->...ab"), &wide), (all, all));
    let batches = [vec![4, 5, 7], vec![7, 3]];
    assert_eq!(cost(&op("...ab,bc->...ac"), &batches), (60.0, 420.0));
}

#[test]
fn what_is_laid_over_each_other_costs_what_comes_of_it() {
    let (column, row): (&[i64], &[i64]) = (&[1000, 1], &[1, 1000]);
    for op in [
        Op::Add { alpha: 1.0 },
        Op::DivFloor,
        Op::MaskedFill { value: 0.0 },
    ] {
        assert_eq!(elements(op, &[column, row]), 1e6);
    }
    // With the sides without their signs, and the signs.
    assert_eq!(elements(Op::DivWhole, &[column, row]), 4e6);
    assert_eq!(elements(Op::Where, &[&[1], column, row]), 1e6);
    let product = Op::AddProduct { value: 1.0 };
    assert_eq!(elements(product, &[&[3, 1, 1], column, row]), 3e6);
}

#[test]
fn what_is_taken_costs_as_often_as_it_is() {
    let x: &[i64] = &[1, 3, 8, 8];
    for dim in [2, -2] {
        let op = Op::IndexSelect { dim };
        assert_eq!(elements(op, &[x, &[40_000]]), 3.0 * 40_000.0 * 8.0);
    }
    let dims = vec![false, false, true, true];
    let op = Op::Index { dims };
    assert_eq!(elements(op, &[x, &[1000, 1], &[1, 1000]]), 3e6);
}

#[test]
fn heads_that_share_their_keys_cost_as_many_as_there_are() {
    let op = Op::Attention {
        mask: false,
        causal: false,
        scale: None,
        grouped: false,
    };
    let (query, key): (&[i64], &[i64]) = (&[1, 1, 10, 4], &[50, 6, 20, 4]);
    let shapes = [query.to_vec(), key.to_vec(), key.to_vec()];
    let products = 50.0 * 6.0 * 10.0 * 20.0;
    assert_eq!(
        cost(&op, &shapes),
        (products + 50.0 * 6.0 * 10.0 * 4.0, products * 8.0)
    );
}
