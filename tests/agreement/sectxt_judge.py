"""What sectxt says of files: reads JSON ``[[base64, [url, …]], …]`` and prints the codes of errors, recommendations and
notifications of each. Runs in an environment of its own (``.peers``), as its licence is not ours.
"""

import base64
import json
import sys

from sectxt import Parser  # type: ignore[import-not-found]

found = []
for content, urls in json.load(sys.stdin):
    seen = Parser(base64.b64decode(content), urls=urls)
    told = (seen.errors, seen.recommendations, seen.notifications)
    found.append([sorted({item["code"] for item in kind}) for kind in told])
json.dump(found, sys.stdout)
