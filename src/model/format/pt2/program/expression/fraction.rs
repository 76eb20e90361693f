//! Exact fractions, since sizes are halved and multiplied again: a float would round on the way. What
//! overflows is unknown.

/// A fraction in lowest terms, with a denominator above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    pub above: i128,
    pub below: i128,
}

impl Number {
    pub fn integer(value: i128) -> Number {
        Number {
            above: value,
            below: 1,
        }
    }

    pub fn fraction(above: i128, below: i128) -> Option<Number> {
        if below == 0 {
            return None;
        }
        let (mut a, mut b) = (above.checked_abs()?, below.checked_abs()?);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = a.max(1) * below.signum();
        Some(Number {
            above: above / divisor,
            below: below / divisor,
        })
    }

    pub fn add(self, other: Number) -> Option<Number> {
        let left = self.above.checked_mul(other.below)?;
        let right = other.above.checked_mul(self.below)?;
        Number::fraction(
            left.checked_add(right)?,
            self.below.checked_mul(other.below)?,
        )
    }

    pub fn mul(self, other: Number) -> Option<Number> {
        let above = self.above.checked_mul(other.above)?;
        Number::fraction(above, self.below.checked_mul(other.below)?)
    }

    pub fn negative(self) -> Option<Number> {
        Number::fraction(self.above.checked_neg()?, self.below)
    }

    pub fn divided_by(self, other: Number) -> Option<Number> {
        let above = self.above.checked_mul(other.below)?;
        Number::fraction(above, self.below.checked_mul(other.above)?)
    }

    pub fn floor(self) -> Number {
        Number::integer(self.above.div_euclid(self.below))
    }

    pub fn ceiling(self) -> Option<Number> {
        self.negative()?.floor().negative()
    }

    pub fn truncated(self) -> Number {
        Number::integer(self.above / self.below)
    }

    pub fn remainder(self, other: Number) -> Option<Number> {
        let whole = self.divided_by(other)?.floor();
        self.add(whole.mul(other)?.negative()?)
    }

    pub fn power(self, exponent: Number) -> Option<Number> {
        let count = u32::try_from(exponent.above.checked_abs()?).ok()?;
        if exponent.below != 1 || count > 64 {
            return None;
        }
        let above = self.above.checked_pow(count)?;
        let below = self.below.checked_pow(count)?;
        if exponent.above < 0 {
            Number::fraction(below, above)
        } else {
            Number::fraction(above, below)
        }
    }

    pub fn is_below(self, other: Number) -> Option<bool> {
        let left = self.above.checked_mul(other.below)?;
        Some(left < other.above.checked_mul(self.below)?)
    }
}
