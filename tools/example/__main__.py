"""Write the invented export into the folder named on the command line."""

import sys
from pathlib import Path

from tools.example import write

write(Path(sys.argv[1]))
