import os

os.system("touch /tmp/@MARK@ @OUTSIDE@/@MARK@")
