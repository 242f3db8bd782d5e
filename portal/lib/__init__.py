"""Small tools of the portal that know nothing of scans: language, limits, headers, what happens when a server of ours is away."""
