//! Ids from their parts, as an identity has them.

use super::{Form, IdError, REGISTRY, RegistryId, SUBNET, SubnetId, segment_problem};

impl RegistryId {
    /// The id of the registry with these names.
    ///
    /// # Errors
    ///
    /// Which of them cannot stand in an id.
    pub fn from_parts(subscription: &str, resource_group: &str, name: &str) -> Result<Self, IdError> {
        REGISTRY.filled(&[subscription, resource_group, name])?.parse()
    }
}

impl SubnetId {
    /// The id of the subnet with these names.
    ///
    /// # Errors
    ///
    /// Which of them cannot stand in an id.
    pub fn from_parts(
        subscription: &str,
        resource_group: &str,
        virtual_network: &str,
        name: &str,
    ) -> Result<Self, IdError> {
        SUBNET.filled(&[subscription, resource_group, virtual_network, name])?.parse()
    }
}

impl Form {
    /// The id with these names where the form has room for one, in order. A name that would end its segment, or is none, is refused.
    fn filled(&self, names: &[&str]) -> Result<String, IdError> {
        let mut names = names.iter();
        let mut id = String::new();
        let mut problem = None;
        for (expected, position) in self.expected[1..].split('/').zip(1..) {
            let segment = if expected.starts_with('{') { names.next().copied().unwrap_or_default() } else { expected };
            problem = problem.or_else(|| segment_problem(expected, segment, position));
            id.push('/');
            id.push_str(segment);
        }
        match problem {
            Some(problem) => Err(self.error(&id, problem)),
            None => Ok(id),
        }
    }
}
