import sys
sys.stdout.write("start\n")
import not_a_real_module_xyz
