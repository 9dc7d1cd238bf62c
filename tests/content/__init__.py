"""The shipped playbooks, facts and letters, played and read."""
