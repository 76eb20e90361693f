use tch::{Device, Kind};

use super::*;

#[test]
fn a_score_of_two_classes_reads_only_their_rows() {
    let random = |size: &[i64]| Tensor::rand(size, (Kind::Float, Device::Cpu)) - 0.4;
    let weight = random(&[20, 7]);
    let upstream = Tensor::zeros([1, 20], (Kind::Float, Device::Cpu));
    let _ = upstream.get(0).get(4).fill_(2.0);
    let _ = upstream.get(0).get(9).fill_(-1.0);
    let expected = weight.get(4) * 2.0 - weight.get(9);
    let found = rows_in_use(&upstream, &weight).unwrap();
    assert_eq!(found.size(), [1, 7]);
    assert!((found.get(0) - expected).abs().max().double_value(&[]) < 1e-6);
}
