"""People who answer: accounts, their memberships of services, their sessions."""
