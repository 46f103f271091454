import a_package_of_my_own_lab

a_package_of_my_own_lab.start()
