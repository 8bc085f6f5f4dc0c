"""Open help: places, groups and lines that one may come to without a referral or an appointment."""
