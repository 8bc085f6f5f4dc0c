"""What the product lets go of: everything of an organisation, exported and then erased."""
