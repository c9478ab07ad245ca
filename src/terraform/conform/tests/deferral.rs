//! Who may wait.

use super::printed;
use crate::terraform::conform::assert_deferral_allowed;

#[test]
fn an_answer_may_wait_where_that_is_allowed() {
    for (allowed, deferred) in [(true, true), (true, false), (false, false)] {
        assert_eq!(assert_deferral_allowed(allowed, deferred), None, "{allowed}, {deferred}");
    }
    let breach: Vec<_> = assert_deferral_allowed(false, true).into_iter().collect();
    assert_eq!(printed(&breach), ["provider deferred changes when Terraform did not allow deferrals"]);
}
