"""Who works in a clinic: the first start, invitations, roles, leaving, and what is audited of log-ins.

The other half of `clinic`, whose models, roles and access it uses. Start at `actions.py`.
"""
