# SPDX-License-Identifier: Apache-2.0
import json
print(json.dumps({"a": 1}))
